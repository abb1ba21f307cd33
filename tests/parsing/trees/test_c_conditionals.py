from lsp_server.parsing import ParsedFile, ParseLimits, parse_file
from lsp_server.parsing.trees.grammars.c_conditionals import first_branches


def functions(source: str) -> list[str]:
    parsed = parse_file("a.c", source.encode(), ParseLimits(), {})
    assert isinstance(parsed, ParsedFile)
    return [one.symbol.name for one in parsed.symbols[1:]]


def kept(source: str) -> str:
    text = first_branches(source.encode()).decode()
    assert [len(line) for line in text.split("\n")] == [len(line) for line in source.split("\n")]
    return " ".join(text.split())


def test_the_first_branch_stays_inside_of_a_function() -> None:
    source = (
        "int f(int a)\n{\n#ifdef A\n\tif (a) {\n#elif B\n\tif (b) {\n#else\n\tif (!a) {\n#endif\n\t}\n}\n"
    )
    assert kept(source) == "int f(int a) { if (a) { } }"


def test_of_what_is_never_compiled_the_second_branch_stays() -> None:
    assert kept("int f()\n{\n#if 0\n\told(;\n#else\n\tnew();\n#endif\n}\n") == "int f() { new(); }"


def test_lists_and_parameters_are_code() -> None:
    assert kept("int x[] = {\n#ifdef A\n\t1,\n#else\n\t2,\n#endif\n};\n") == "int x[] = { 1, };"
    assert kept("int f(int a\n#ifdef A\n\t, int b\n#endif\n\t)\n{\n}\n") == "int f(int a , int b ) { }"


def test_conditionals_around_definitions_and_members_stay() -> None:
    for source in (
        "#ifdef A\nint f;\n#else\nint g;\n#endif\n",
        "struct s {\n#ifdef A\n\tint a;\n#else\n\tint b;\n#endif\n};\n",
        'extern "C" {\n#ifdef A\nint a;\n#else\nint b;\n#endif\n}\n',
        "namespace n {\n#if A\nint a;\n#else\nint b;\n#endif\n}\n",
    ):
        assert first_branches(source.encode()).decode() == source


def test_branches_that_open_a_brace_each_are_one() -> None:
    source = "#ifdef A\nint f(int a) {\n#else\nint f(void) {\n#endif\n\treturn 0;\n}\nint g;\n"
    assert kept(source) == "int f(int a) { return 0; } int g;"


def test_braces_in_texts_and_comments_are_none() -> None:
    source = "int f()\n{\n\t/* { */ g(\"{\", '{'); // {\n}\n#ifdef A\nint a;\n#else\nint b;\n#endif\n"
    assert first_branches(source.encode()).decode() == source


def test_a_missing_brace_costs_one_function_alone() -> None:
    source = "int f()\n{\n\tif (a) {\n}\n\nint g()\n{\n}\n#ifdef A\nint a;\n#else\nint b;\n#endif\n"
    assert first_branches(source.encode()).decode() == source


def test_functions_with_cut_up_expressions_are_found_and_their_variables_are_not() -> None:
    one = """
static int
{name}(int a)
{{
	int count = 0;

	if (a == 1
#ifdef FEATURE_A
		|| a == 2
#endif
		)
		count++;
#ifdef FEATURE_B
	else if (a == 3)
		count--;
#endif
	else
	{{
		count = a;
	}}
	return count;
}}
"""
    names = [f"part_{number}" for number in range(12)]
    assert functions("".join(one.format(name=name) for name in names)) == names


def test_raw_strings_continued_lines_and_open_texts_are_followed() -> None:
    branches = "#ifdef A\nint a;\n#else\nint b;\n#endif\n"
    for before in (
        'const char *j = R"(\n{ "it\'s": (\n)";\n',
        "#define BEGIN(x) \\\r\n    if (x) { \\\r\n    y();\r\n",
        'const char *j = "{\\"key\\": (;\n',
        "namespace std VISIBLE(default)\n{\n",
    ):
        source = before + branches
        assert first_branches(source.encode()).decode() == source


def test_a_source_of_open_texts_takes_no_longer_than_others() -> None:
    for source in ('"' + '\\"key\\": 1, ' * 20_000, "#if /*" * 40_000, "x(/*{" * 40_000, 'R"(' * 60_000):
        assert first_branches(source.encode()) == source.encode()
