"""What a file's path says before the file is read: whether to skip it, and which flags its symbols get."""

import re
from dataclasses import replace

from lsp_server.model import SymbolFlags
from lsp_server.parsing.reading import ParseLimits
from lsp_server.parsing.symbols import Skipped
from lsp_server.secret_files import is_secret

# Reason → suffixes of files without any text worth finding.
_SKIPPED_SUFFIXES = {
    "image": (
        "png jpg jpeg gif bmp ico icns webp avif tif tiff psd xcf heic heif jp2 ai eps sketch "
        "fig tga dds hdr exr ktx ktx2 svg cur xpm pbm pgm ppm"
    ),
    "audio or video": (
        "mp3 mp4 m4a m4v mov avi mkv webm wav flac ogg oga ogv opus aac wma wmv flv mpg mpeg "
        "mid midi aif aiff 3gp swf"
    ),
    "font": "ttf otf woff woff2 eot pfb pfm bdf pcf fnt",
    "archive": (
        "zip gz tgz bz2 tbz xz txz zst 7z rar tar lz lz4 lzma jar war ear aar apk ipa whl egg "
        "gem nupkg deb rpm dmg iso cab msi crate phar vsix xpi"
    ),
    "binary": (
        "exe dll so dylib lib a o obj ko pdb pyc pyo pyd class dex wasm node bin dat elc beam "
        "hi dyn_o dyn_hi rlib rmeta lockb pickle pkl npy npz pt pth onnx safetensors gguf "
        "ggml h5 hdf5 mat parquet feather arrow avro orc db sqlite sqlite3 mdb accdb gmo "
        "tflite pb joblib rdata rds swp swo ds_store blend fbx glb stl dwg unity3d uasset "
        "umap dcm nii tfrecord idx pack snap ibd ldb sst"
    ),
    "document": "pdf doc docx xls xlsx ppt pptx odt ods odp epub mobi djvu pages numbers chm",
    "lock file": "lock",
    "source map": "map",
}
_REASON_BY_SUFFIX = {
    suffix: reason for reason, words in _SKIPPED_SUFFIXES.items() for suffix in words.split()
}
_LOCK_FILES = frozenset(
    (
        ".terraform.lock.hcl",
        "cabal.project.freeze",
        "cartfile.resolved",
        "go.sum",
        "go.work.sum",
        "gradle.lockfile",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "package.resolved",
        "packages.lock.json",
        "pnpm-lock.yaml",
        "project.assets.json",
    )
)
_DATA = (
    "json jsonl ndjson json5 geojson topojson har csv tsv psv xml xsd plist xmi rdf ttl nt owl dtd "
    "log sql txt yaml yml toml ini properties po pot xlf xliff resx strings diff patch svgz kml gpx "
    "ply dic aff tmx htm html ps rtf bib arff fasta fa vcf gff srt vtt hex"
)
_DATA_SUFFIXES = frozenset(_DATA.split())
_MINIFIED = re.compile(r"[.-]min\.(?:m?js|cjs|css|html?|json|svg)|\.bundle\.js|\.chunk\.(?:js|css)")

_NO_NAMESPACE = (
    r"(?<!src/)(?<!lib/)(?<!app/)(?<!Sources/)"  # as of `src/Test/QuickCheck.hs`, `lib/Test/More.pm`
)

_TEST = re.compile(
    # At the top or in `src`, any folder `test-*` is one of tests; elsewhere it depends on what it holds.
    r"^(?:t|regress|test[-_][^/]+)/|(?:^|/)(?:tests?|__tests?__|__mocks__|specs?|e2e|src/test[-_][^/]+|test-d|[Uu]nit[Tt]ests?"
    r"|test[-_]?(?:[Dd]ata|[Dd]ir|[Ff]ixtures?|utils?|helpers?|support|suites?|cases?|resources|assets)"
    r"|[Ii]ntegration[-_]?[Tt]ests?|[\w.-]*[-_.][Tt]ests?|Tests|Specs|E2E|" + _NO_NAMESPACE + r"(?:Test|Spec)"
    r"|[A-Z][\w.]*Tests?|androidTest|(?:jvm|common|js|native|ios|jvmAndPosix|posix|web)Test)/"
    r"|(?:^|/)(?:test[-_][^/]+|tests?\.[a-z]+|conftest\.py|Test[A-Z]\w*\.(?:java|kt|cs|php|scala|swift|hs)|[^/]+(?:[-_.]tests?|[-_.]spec|[-_]unittest|[a-z0-9]Tests?|"
    r"[a-z0-9]Spec|[a-z0-9]IT|[-_.]e2e|\.cy)\.[a-z]+)$"
)
_EXAMPLE = re.compile(
    # `org/example` is a Java package, the one that project templates propose.
    r"(?:^|/)(?:examples|(?<!com/)(?<!org/)(?<!net/)(?<!io/)(?<!dev/)example|samples?|demos?|docs?|docsite|documentation|fixtures?|__fixtures__"
    r"|(?:__)?benchmarks?(?:__)?|benches|bench|tutorials?|playgrounds?|snippets|quickstarts?|example[-_]\w+|test[-_]?data"
    r"|Examples|Samples|Demos|Docs|Documentation|Fixtures|Benchmarks|Tutorials?|Playgrounds?|Snippets|Quickstarts?"
    r"|" + _NO_NAMESPACE + r"(?:Example|Sample|Demo|Doc|Fixture|Benchmark))/"
)
_VENDORED = re.compile(
    r"^(?:external|externals|extern|deps)/|(?:^|/)(?:vendor|vendored|_vendor|third[-_]?party|3rd[-_]?party|thirdparty|node_modules|"
    r"bower_components|jspm_packages|site-packages|dist-packages|Pods|Carthage|Godeps|elm-stuff|\.venv|venv|\.cargo|"
    r"\.yarn|packages/cache|(?:assets|css|js|libs?|public|scripts|static|webapp|wwwroot)/vendors"
    r"|[A-Za-z][\w.]*(?:-[\w.]+)*-\d+\.\d+\.\d+[\w.-]*"  # a release of something: `pdfjs-5.2.133/`
    r")/"
)
_GENERATED = re.compile(
    r"(?:^|/)(?:__generated__|generated|generated-sources|gen-src|\.next|\.nuxt|autogen)/"
    r"|\.(?:g|freezed|designer|generated|gen)\.[a-z]+$|_pb2(?:_grpc)?\.pyi?$|\.pb\.(?:go|cc|h|swift)$|_pb\.(?:js|d\.ts)$"
    r"|\.pbobjc\.[hm]$|(?:^|/)zz_generated\.[^/]+$|_generated\.[a-z]+$|\.g4\.[a-z]+$"
    r"|\.pot?$",  # catalogs for translators: tools copy messages into them
    re.IGNORECASE,
)


_DECLARING = re.compile(r"\.(?:d\.[cm]?ts|pyi)$")
"""Files without code, which describe what others define."""


def with_forced_secrets(limits: ParseLimits, path: str) -> ParseLimits:
    """Return the limits for a file that the ignore rules let in: if it is a secret, the user forced it in."""
    return replace(limits, with_secrets=True) if is_secret(_name_of(path)) else limits


def skip_by_name(path: str, size_bytes: int, limits: ParseLimits) -> Skipped | None:
    """Return why a file need not even be read, or None when it must be.

    Args:
        path: Relative to the workspace folder, or a bare name.
        size_bytes: Its size on disk.
        limits: See `ParseLimits`.
    """
    name = _name_of(path).lower()
    suffix = name.rpartition(".")[2] if "." in name[1:] or name == ".ds_store" else ""
    reason = _REASON_BY_SUFFIX.get(suffix)
    if name in _LOCK_FILES:
        reason = "lock file"
    elif is_secret(name):
        reason = "secret"
    if reason is not None and not (reason == "secret" and limits.with_secrets):
        return Skipped(reason)
    if _MINIFIED.search(name):
        return Skipped("minified")
    if suffix == "ipynb":
        return _larger_than(limits.max_notebook_bytes, size_bytes)
    if size_bytes > limits.max_data_bytes and suffix in _DATA_SUFFIXES:
        return Skipped("data file")
    return _larger_than(limits.max_file_bytes, size_bytes)


def path_flags(path: str) -> SymbolFlags:
    """Return the flags that a file's path implies for all of its symbols.

    Args:
        path: Relative to the workspace folder, with forward slashes.
    """
    flags = SymbolFlags.NONE
    if _TEST.search(path):
        flags |= SymbolFlags.TEST
    if _EXAMPLE.search(path):
        flags |= SymbolFlags.EXAMPLE
    if _VENDORED.search(path):
        flags |= SymbolFlags.VENDORED
    if _GENERATED.search(path):
        flags |= SymbolFlags.GENERATED
    if _DECLARING.search(path):
        flags |= SymbolFlags.DECLARATION
    return flags


def _name_of(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _larger_than(limit_bytes: int, size_bytes: int) -> Skipped | None:
    return Skipped(f"larger than {limit_bytes / 1e6:g} MB") if size_bytes > limit_bytes else None
