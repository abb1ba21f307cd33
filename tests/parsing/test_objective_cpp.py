"""In Objective-C++ the parts of either language are found, however they are mixed."""

from lsp_server.model import SymbolKind
from lsp_server.parsing import ParsedFile, ParsedSymbol, ParseLimits, parse_file

MIXED = """\
#import "Größe.h"

template <typename T> T *first(const std::vector<T> &all) { return [all[0] copy] ?: nullptr; }

@interface Player () {
  std::vector<Track> _tracks;
}
/** Where it is, in seconds. */
@property (nonatomic) double position;
@end

@implementation Player

static BOOL isPlayable(const Track &track, void (^report)(NSError *)) {
  dispatch_once(&token, ^{ report([NSError errorWithDomain:@"é" code:'x' userInfo:@{@"a": @[@1]}]); });
  for (id one in [track parts]) { if (![one ok]) return NO; }
  return YES;
}

/// Skips what can't be played.
- (void)playFrom:(NSUInteger)index then:(void (^)(BOOL))done {
  auto next = [=](int i) { return _tracks[i]; };
  for (const auto &track : _tracks) { if (isPlayable(track, nil)) { done(YES); } }
}

@end

namespace audio {
struct Mixer { float gain() const; };
float Mixer::gain() const { return [shared gain]; }
}
"""


def definitions(text: str) -> dict[str, ParsedSymbol]:
    parsed = parse_file("Player.mm", text.encode(), ParseLimits(), {})
    assert isinstance(parsed, ParsedFile)
    assert {item.symbol.language for item in parsed.symbols} == {"objcpp"}
    return {item.symbol.qualified_name: item for item in parsed.symbols}


def test_functions_methods_and_properties() -> None:
    found = definitions(MIXED)
    first, playable = found["first"], found["isPlayable"]
    assert (first.symbol.kind, playable.symbol.kind) == (SymbolKind.FUNCTION, SymbolKind.FUNCTION)
    assert playable.symbol.signature == (
        "static BOOL isPlayable(const Track &track, void (^report)(NSError *))"
    )
    play = found["Player.playFrom:then:"].symbol
    assert (play.kind, play.documentation) == (SymbolKind.METHOD, "Skips what can't be played.")
    assert found["Player.position"].symbol.documentation == "Where it is, in seconds."
    assert found["audio.Mixer.gain"].symbol.kind is SymbolKind.METHOD


def test_a_method_is_its_own_text() -> None:
    start, end = definitions(MIXED)["Player.playFrom:then:"].code
    text = MIXED.encode()[start:end].decode()
    assert text.startswith("- (void)playFrom:")
    assert text.endswith("done(YES); } }\n}")


def test_a_brace_too_many_between_conditionals_costs_no_method() -> None:
    text = (
        "@implementation A\n- (void)one {\n#if X\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\n"
        "/// The second.\n- (void)two {\n}\n/// The last.\n@end\nint after() { return 1; }\n"
    )
    found = definitions(text)
    assert {"A.one", "A.two", "after"} <= set(found)
    two = found["A.two"]
    assert two.symbol.documentation == "The second."
    assert text.encode()[slice(*two.code)] == b"- (void)two {\n}"


def test_what_is_only_named_declares_nothing() -> None:
    found = definitions(
        "@class Foo, Bar;\n@protocol Baz;\nint count(id<Baz> one) { return @protocol(Baz) != nil; }\n"
    )
    assert set(found) == {"Player.mm", "count"}
