"""The table of declaration patterns: language, kind, and a regular expression whose group is the name."""

# ruff: noqa: E501 - a pattern reads best on one line

from lsp_server.model import SymbolKind

_SQL_NAME = r"((?:[\w$#@]+|\{\{[^}\n]*\}\}|\"[^\"\n]+\"|`[^`\n]+`|\[[^\]\n]+\])(?:\.(?:[\w$#@]+|\{\{[^}\n]*\}\}|\"[^\"\n]+\"|`[^`\n]+`|\[[^\]\n]+\]))*)"
_SQL_CREATE = r"(?:create|alter)\s+(?:or\s+(?:replace|alter)\s+)?(?:(?:global|local|temp|temporary|unlogged|materialized|unique|external|virtual|recursive|definer\s*=\s*\S+)\s+)*"
_SQL_IF = r"(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?"
_F, _S, _C, _M = SymbolKind.FUNCTION, SymbolKind.STRUCT, SymbolKind.CLASS, SymbolKind.MODULE
_E, _I, _K, _V = SymbolKind.ENUM, SymbolKind.INTERFACE, SymbolKind.KEY, SymbolKind.VARIABLE

_N, _P, _EVENT = SymbolKind.CONSTANT, SymbolKind.PROPERTY, SymbolKind.EVENT
_METHOD, _BUILT, _MEMBER = SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.ENUM_MEMBER

_DART_CLASS = r"(?:abstract|sealed|base|final|interface|mixin)"
_DART_WORD = r"(?:static|external|late|covariant|@\w+)"
_DART_TYPE = r"(?!(?:return|else|new|await|throw|yield|in|case|const|final|var|import|export|part)\b)(?:\([^()\n]*\)|[\w$.]+)(?:<[^()=;\n]*>)?\??(?:\s+Function\([^()\n]*\)\??)?"
_DART_NAME = (
    r"(?!(?:if|for|while|switch|catch|return|assert|super|this|Function|await|yield|throw|with|in)\b)([\w$]+)"
)
_GROOVY_WORD = (
    r"(?:def|private|public|protected|static|final|abstract|synchronized|default|@\w+(?:\([^()\n]*\))?)"
)
_GROOVY_TYPE = r"(?!(?:return|new|else|throw|case|assert|in|package|import)\b)[\w.]+(?:<[^()=\n]*>)?(?:\[\])*"
_FSHARP_WORDS = r"(?:(?:inline|rec|private|internal|public|mutable)\s+)*+"
_CLOJURE_OPEN = r"\s*(?:#\?@?\(:\w+\s+)?\("
_CLOJURE_NAME = r"(?:\^(?:\{[^}\n]*\}|\S+)\s+)*([^\s()\[\]{}\"^]+)"
_LISP_NAME = r"[('#]*([^\s()'\"]+)"
_R_CLASS = r"(?:\w+::)?(?:R6Class|setRefClass|setClass|new_class)\s*\("
_CRYSTAL_NAME = r"(?:[A-Z]\w*\.)?(?:\w+[?!=]?|`|\[\][?=]?|[=!<>~+*/%&|^-]+)"
_FORTRAN_WORDS = r"(?:(?:pure|impure|elemental|recursive|module|non_recursive|attributes\([^)\n]*\)|(?:integer|real|complex|logical|character|type|class|double\s+precision)(?:\s*\*\s*\d+|\s*\((?:[^()\n]|\([^()\n]*\))*\))?)\s+)*"
_VERILOG_WORD = r"(?:virtual|static|protected|local|extern|pure|automatic|forkjoin)"

PATTERNS: tuple[tuple[str, SymbolKind, str], ...] = (
    ("dockerfile", _K, r"(?i)FROM[ \t]+\S+[ \t]+AS[ \t]+([\w.-]+)"),
    ("proto", _S, r"\s*message\s+(\w+)"),
    ("proto", _I, r"\s*service\s+(\w+)"),
    ("proto", _F, r"\s*rpc\s+(\w+)"),
    ("proto", _E, r"\s*enum\s+(\w+)"),
    ("nix", _F, r"[ \t]{0,4}([\w-]+)[ \t]*=[ \t]*(?:\{[^}\n]*\}|\w+)[ \t]*:"),
    ("powershell", _F, r"(?i)\s*(?:function|filter)\s+([\w:-]+)"),
    ("powershell", _C, r"(?i)\s*class\s+(\w+)"),
    ("julia", _F, r"\s*(?:function|macro)\s+([\w.!]+)"),
    ("julia", _S, r"\s*(?:mutable\s+)?struct\s+(\w+)|\s*abstract\s+type\s+(\w+)"),
    ("julia", _M, r"\s*module\s+(\w+)"),
    ("ocaml", _F, r"\s*(?:let|and)\s+(?:rec\s+)?([a-z]\w*'*)\s+[\w(~?]"),
    ("ocaml", _S, r"\s*type\s+(?:[^=\n]*?\s)?(\w+)\s*(?:=|$)"),
    ("ocaml", _M, r"\s*module\s+(?:type\s+)?(\w+)"),
    ("ocaml_interface", _F, r"\s*(?:val|external)\s+(\w+)"),
    ("ocaml_interface", _S, r"\s*type\s+(?:[^=\n]*?\s)?(\w+)\s*(?:=|$)"),
    ("ocaml_interface", _M, r"\s*module\s+(?:type\s+)?(\w+)"),
    ("elm", _F, r"([a-z]\w*)\s+:\s"),
    ("elm", _S, r"type\s+(?:alias\s+)?(\w+)"),
    ("purescript", _F, r"([a-z]\w*'*)\s+::\s"),
    ("purescript", _S, r"(?:data|newtype|type|class)\s+(\w+)"),
    ("gleam", _F, r"(?:pub\s+)?fn\s+(\w+)"),
    ("gleam", _S, r"(?:pub\s+)?(?:opaque\s+)?type\s+(\w+)"),
    ("vhdl", _M, r"(?i)\s*(?:entity|architecture|package(?:\s+body)?)\s+(\w+)"),
    ("matlab", _F, r"\s*function\s+(?:[^=\n]*=\s*)?([\w.]+)"),
    ("pascal", _F, r"(?i)\s*(?:class\s+)?(?:procedure|function|constructor|destructor)\s+([\w.]+)"),
    ("ada", _F, r"(?i)\s*(?:procedure|function|package(?:\s+body)?)\s+([\w.]+)"),
    ("assembly", _F, r"([A-Za-z_][\w$.@]*):(?!:)"),
    (
        "vb",
        _F,
        r"(?i)\s*(?:(?:public|private|protected|friend|shared|overrides|static)\s+)*(?:sub|function)\s+(\w+)",
    ),
    (
        "vb",
        _C,
        r"(?i)\s*(?:(?:public|private|friend|partial)\s+)*(?:class|module|structure|interface)\s+(\w+)",
    ),
    ("tcl", _F, r"\s*proc\s+(\S+)"),
    ("awk", _F, r"\s*function\s+(\w+)"),
    ("fish", _F, r"\s*function\s+([\w.-]+)"),
    ("batch", _F, r":(\w[\w.-]*)"),
    ("glsl", _F, r"\w+\s+(\w+)\s*\([^;]*$"),
    ("hlsl", _F, r"\w+\s+(\w+)\s*\([^;]*$"),
    ("wgsl", _F, r"\s*fn\s+(\w+)"),
    ("coffeescript", _F, r"\s*@?([\w.]+)\s*[:=]\s*(?:\([^\n]*\)\s*)?[-=]>"),
    ("coffeescript", _C, r"\s*class\s+([\w.]+)"),
    ("odin", _F, r"(\w+)\s*::\s*(?:proc|struct|enum|union)"),
    ("move", _F, r"\s*(?:public(?:\(\w+\))?\s+|entry\s+|native\s+)*fun\s+(\w+)"),
    ("objc", _F, r"[-+][ \t]*\([^)\n]*\)[ \t]*(\w+)"),
    ("objc", _C, r"@(?:interface|implementation|protocol)\s+(\w+)"),
    (
        "lean",
        _F,
        r"(?:@\[[^\]\n]*\]\s*)?(?:private\s+|noncomputable\s+|partial\s+)*(?:theorem|lemma|def|structure|class|inductive|abbrev)\s+([\w.'«»]+)",
    ),
    ("coq", _F, r"\s*(?:Theorem|Lemma|Definition|Fixpoint|Inductive|Record|Corollary)\s+([\w']+)"),
    ("bicep", _S, r"(?:resource|module|param|var|output)\s+(\w+)"),
    ("sql", _S, rf"(?i)\s*{_SQL_CREATE}(?:table|view|type|domain)\s+(?:only\s+)?{_SQL_IF}{_SQL_NAME}"),
    (
        "sql",
        _F,
        rf"(?i)\s*{_SQL_CREATE}(?:function|procedure|proc|trigger|package(?:\s+body)?)\s+{_SQL_IF}{_SQL_NAME}",
    ),
    ("sql", _K, rf"(?i)\s*create\s+(?:unique\s+)?index\s+{_SQL_IF}(?!on\s){_SQL_NAME}"),
    ("make", _F, r"(?!\.[A-Z]+\s*:)([\w.%/$(){}@+-]+)(?:[ \t]+[\w.%/$(){}@+-]+)*[ \t]*::?(?!=)(?:[ \t]|$)"),
    ("make", _F, r"define[ \t]+([\w.-]+)"),
    ("cmake", _F, r"(?i)\s*(?:function|macro)[ \t]*\([ \t]*(\w+)"),
    (
        "cmake",
        _K,
        r"(?i)\s*(?:add_library|add_executable|add_custom_target|project|option)[ \t]*\([ \t]*([\w${}.:-]+)",
    ),
    ("cmake", _K, r"(?i)\s*add_test[ \t]*\([ \t]*(?:NAME[ \t]+)?([\w${}.:-]+)"),
    ("thrift", _S, r"\s*(?:struct|union|exception)\s+(\w+)"),
    ("thrift", _S, r"\s*typedef\s+[^\n]*?(\w+)\s*;?$"),
    ("thrift", _I, r"\s*service\s+(\w+)"),
    ("thrift", _E, r"\s*enum\s+(\w+)"),
    ("graphql", _S, r"(?:extend\s+)?(?:type|input|union|scalar)\s+(\w+)"),
    ("graphql", _I, r"(?:extend\s+)?interface\s+(\w+)"),
    ("graphql", _E, r"(?:extend\s+)?enum\s+(\w+)"),
    ("graphql", _F, r"(?:query|mutation|subscription|fragment|directive)\s+@?(\w+)"),
    (
        "terraform",
        _S,
        r"(?:resource|data|ephemeral|check|run|job|source|build)\s+(\"[^\"\n]+\"(?:\s+\"[^\"\n]+\")?)",
    ),
    ("terraform", _M, r"(?:module|provider)\s+(\"[^\"\n]+\")"),
    ("terraform", _V, r"(?:variable|output)\s+(\"[^\"\n]+\")"),
    ("terraform", _K, r"(?:[a-z]\w*)\s+(\"[^\"\n]+\"(?:\s+\"[^\"\n]+\")?)\s*\{"),
    ("perl", _F, r"\s*(?:async\s+)?(?:my\s+)?(?:sub|method)\s+([\w:']+)"),
    ("perl", _M, r"\s*package\s+([\w:]+)"),
    ("perl", _C, r"\s*(?:class|role)\s+([\w:]+)\s*(?:[;{:]|is(?:a)?\b)"),
    (
        "perl",
        _F,
        r"\s*(?:subtest|around|before|after)\s+(?:'([^'\n]+)'|\"([^\"\n]+)\"|(\w+))\s*=>\s*(?:async\s+)?sub\b",
    ),
    ("perl", _P, r"has\s+(?:'\+?(\w+)'|\"\+?(\w+)\"|(\w+))\s*=>"),
    ("perl", _N, r"\s*use\s+constant\s+(\w+)"),
    ("r", _C, rf"\s*([\w.]+)\s*(?:<-|=)\s*{_R_CLASS}"),
    ("r", _C, rf"\s*{_R_CLASS}\s*(?:[Cc]lass(?:name)?\s*=\s*)?(?:\"([^\"\n]+)\"|'([^'\n]+)')"),
    ("r", _F, r"\s*(?:setMethod|setGeneric|setValidity)\s*\(\s*(?:\"([^\"\n]+)\"|'([^'\n]+)')"),
    ("r", _F, r"\s*(?:test_that|describe|it)\s*\(\s*(?:\"([^\"\n]+)\"|'([^'\n]+)')"),
    ("r", _F, r"\s*([\w.]+|`[^`\n]+`|\"[^\"\n]+\")\s*<<?-\s*(?:function\b|\\\()"),
    ("r", _F, r"([\w.]+|`[^`\n]+`|\"[^\"\n]+\")\s*=\s*(?:function\b|\\\()"),
    ("r", _METHOD, r"\s+([\w.]+|`[^`\n]+`)\s*=\s*function\b"),
    ("dart", _E, r"enum\s+(\w+)"),
    (
        "dart",
        _C,
        rf"(?:{_DART_CLASS}\s+)*(?:class|mixin(?!\s+class)|extension(?:\s+type(?:\s+const)?|\s+on)?)\s+(?!on\b)(\w+)",
    ),
    ("dart", _S, r"typedef\s+(\w+)(?:<[^=\n]*>)?\s*="),
    ("dart", _S, r"typedef\s+[^=\n(]*?(\w+)(?:<[^=\n]*>)?\s*\("),
    ("dart", _MEMBER, r"\s+([a-z]\w*)\([^()\n]*\)[,;]$"),
    ("dart", _BUILT, r"\s+(?:const\s+|external\s+|factory\s+)+(?:\w+\.)?(\w+)\s*\("),
    ("dart", _BUILT, r"\s+_?[A-Z]\w*\.(\w+)\s*\((?![^()\n]*\)\s*\.)|\s+(_?[A-Z]\w*)\s*\((?![^()\n]*\)\s*\.)"),
    ("dart", _METHOD, rf"\s+(?:{_DART_WORD}\s+)*(?:{_DART_TYPE}\s+)?(operator\s*(?:\[\]=?|[^\s(\w]+))\s*\("),
    (
        "dart",
        _F,
        rf"\s*(?:{_DART_WORD}\s+)*(?:{_DART_TYPE}\s+)?[gs]et\s+(\w+)\s*(?:=>|\{{|\(|;|async\b|sync\b|$)",
    ),
    ("dart", _METHOD, rf"\s+(?:{_DART_WORD}\s+)*(?:{_DART_TYPE}\s+)?{_DART_NAME}(?:<[^()\n]*>)?\s*\("),
    ("dart", _F, rf"(?:{_DART_WORD}\s+)*{_DART_TYPE}\s+{_DART_NAME}(?:<[^()\n]*>)?\s*\("),
    ("dart", _F, rf"{_DART_NAME}(?:<[^()\n]*>)?\s*\([^\n]*(?:\{{|=>|[(,{{])\s*$"),
    (
        "dart",
        _F,
        rf"\s+{_DART_TYPE}\s+{_DART_NAME}(?:<[^()\n]*>)?\s*\((?:[^;\n]*(?:=>|(?:\{{|async|\(\{{?)\s*$)|\{{?\s*$)",
    ),
    ("dart", _N, r"(?:const|final)\s+(?:[\w<>,. ?]+\s+)?(\w+)\s*="),
    ("groovy", _I, rf"\s*(?:{_GROOVY_WORD}\s+)*(?:interface|trait|@interface)\s+(\w+)"),
    ("groovy", _E, rf"\s*(?:{_GROOVY_WORD}\s+)*enum\s+(\w+)"),
    ("groovy", _C, rf"\s*(?:{_GROOVY_WORD}\s+)*(?:class|record)\s+(\w+)"),
    ("groovy", _F, rf"\s*(?:{_GROOVY_WORD}\s+)*(?:def|void)\s+(?:\"([^\"\n]+)\"|'([^'\n]+)')\s*\("),
    (
        "groovy",
        _F,
        rf"\s*(?:{_GROOVY_WORD}\s+)*(?:<[^()\n]*>\s*)?(?:def|{_GROOVY_TYPE})\s+(?!if\b|for\b|while\b|switch\b|catch\b)(\w+)\s*\([^;=\n]*(?:=[^;\n]*)?(?:\{{[^\n]*|[(,]\s*)$",
    ),
    (
        "groovy",
        _METHOD,
        rf"\s+(?:{_GROOVY_WORD}\s+)+(?:{_GROOVY_TYPE}\s+)?(\w+)\s*\([^;=\n]*\)[^;=\n]*(?:\{{[^\n]*|;)?$",
    ),
    ("groovy", _BUILT, r"\s+([A-Z]\w*)\s*\([^;=\n]*\)[^;=\n]*\{[^\n]*$"),
    (
        "groovy",
        _METHOD,
        rf"\s+(?!return\b|throw\b|new\b|else\b|case\b|assert\b){_GROOVY_TYPE}\s+(\w+)\s*\([^;=\n]*\)\s*;?$",
    ),
    ("groovy", _F, r"\s*task\s+[\"']?(\w+)|\s*tasks\.(?:register|create)\s*\(\s*[\"']([\w-]+)"),
    ("groovy", _F, r"\s*stage\s*\(\s*(?:\"([^\"\n]+)\"|'([^'\n]+)')"),
    ("solidity", _I, r"\s*interface\s+(\w+)"),
    ("solidity", _C, r"\s*(?:abstract\s+)?(?:contract|library)\s+(\w+)"),
    ("solidity", _BUILT, r"\s*(constructor)\s*\("),
    ("solidity", _F, r"\s*(?:function|modifier)\s+([\w$]+)|\s*(receive|fallback)\s*\("),
    ("solidity", _EVENT, r"\s*(?:event|error)\s+(\w+)\s*\("),
    ("solidity", _E, r"\s*enum\s+(\w+)"),
    ("solidity", _S, r"\s*struct\s+(\w+)|\s*type\s+(\w+)\s+is\b"),
    (
        "solidity",
        _N,
        r"\s*[\w.]+(?:\[\d*\])?\s+(?:(?:public|private|internal|override)\s+)*constant\s+(?:(?:public|private|internal|override)\s+)*(\w+)\s*=",
    ),
    (
        "fsharp",
        _F,
        rf"\s*(?:static\s+)?(?:let|and)\s+{_FSHARP_WORDS}(``[^`\n]+``|\([^\w\s()][^()\n]*\)|[\w']++)(?:<[^>\n]*>)?+\s*+(?![=:,]|$)",
    ),
    ("fsharp", _V, rf"\s*let\s+{_FSHARP_WORDS}(``[^`\n]+``|[\w']+)\s*(?::[^=\n]*)?="),
    (
        "fsharp",
        _F,
        rf"\s*(?:static\s+|abstract\s+)*(?:member|override|default|abstract)\s+(?:val\s+)?{_FSHARP_WORDS}(?:[\w']+\.)?(``[^`\n]+``|[\w']+)",
    ),
    ("fsharp", _BUILT, r"\s*(?:(?:private|internal|public)\s+)?(new)\s*\("),
    ("fsharp", _M, rf"\s*module\s+{_FSHARP_WORDS}(``[^`\n]+``|[\w.]+)"),
    ("fsharp", _C, rf"\s*exception\s+{_FSHARP_WORDS}(\w+)"),
    ("fsharp", _S, rf"\s*(?:type|and)\s+(?:\[<[^\n]*?>\]\s*)?{_FSHARP_WORDS}(``[^`\n]+``|[\w.']+)"),
    ("erlang", _F, r"([a-z][\w@]*|'[^'\n]+')\("),
    ("erlang", _S, r"-(?:record|type|opaque|nominal)\s*\(?\s*('[^'\n]+'|\w+)"),
    ("erlang", _F, r"-callback\s+('[^'\n]+'|\w+)"),
    ("erlang", _N, r"-define\s*\(\s*(\w+)"),
    ("clojure", _I, rf"{_CLOJURE_OPEN}defprotocol\s+{_CLOJURE_NAME}"),
    ("clojure", _C, rf"{_CLOJURE_OPEN}(?:defrecord|deftype|definterface)\s+{_CLOJURE_NAME}"),
    ("clojure", _V, rf"{_CLOJURE_OPEN}(?:def|defonce)\s+{_CLOJURE_NAME}"),
    ("clojure", _F, rf"{_CLOJURE_OPEN}(?:[\w.]+/)?def(?!ault\b)[\w*+!?>-]+\s+{_CLOJURE_NAME}"),
    ("emacslisp", _S, rf"\s*\((?:cl-defstruct|defclass)\s+{_LISP_NAME}"),
    ("emacslisp", _N, rf"\s*\(defconst\s+{_LISP_NAME}"),
    ("emacslisp", _V, rf"\s*\((?:defvar(?:-\w+)?|defcustom|defface|defgroup|defvaralias)\s+{_LISP_NAME}"),
    ("emacslisp", _F, rf"\s*\((?:[\w-]+-)?(?:define|def(?!ault\b|ine\b|vars\b))[\w*-]*\s+{_LISP_NAME}"),
    ("commonlisp", _C, rf"\s*\((?:defclass|define-condition)\s+{_LISP_NAME}"),
    ("commonlisp", _S, rf"\s*\((?:defstruct|deftype)\s+{_LISP_NAME}"),
    ("commonlisp", _M, r"\s*\(defpackage\s+[#:\"]*([^\s()\"]+)"),
    ("commonlisp", _N, rf"\s*\(defconstant\s+{_LISP_NAME}"),
    ("commonlisp", _V, rf"\s*\((?:defvar|defparameter|sb-ext:defglobal)\s+{_LISP_NAME}"),
    ("commonlisp", _F, rf"\s*\((?:[\w-]+:)?(?:def(?!ault\b|system\b)[\w*-]+|define-[\w-]+)\s+{_LISP_NAME}"),
    ("scheme", _F, rf"\s*\(define(?:-[\w*-]+)?\*?\s+\(+{_LISP_NAME}"),
    ("scheme", _V, rf"\s*\(define(?:-[\w*-]+)?\*?\s+{_LISP_NAME}"),
    ("racket", _S, rf"\s*\(struct\s+{_LISP_NAME}"),
    ("racket", _F, rf"\s*\(define(?:[-/*][\w*/-]+)?\s+\(+{_LISP_NAME}"),
    ("racket", _V, rf"\s*\(define(?:[-/*][\w*/-]+)?\s+{_LISP_NAME}"),
    ("nim", _F, r"\s*(?:proc|func|method|template|macro|iterator|converter)\s+(\w+|`[^`\n]+`)"),
    (
        "nim",
        _S,
        r"\s*(?:type\s+)?(\w+)\*?\s*(?:\[[^\]\n]*\])?\s*(?:\{\.[^}\n]*\})?\s*=\s*(?:ref\s+|ptr\s+)?(?:object|tuple|distinct|concept)\b",
    ),
    ("nim", _E, r"\s*(?:type\s+)?(\w+)\*?\s*(?:\{\.[^}\n]*\})?\s*=\s*enum\b"),
    ("nim", _F, r"\s*(?:suite|test)\s+\"([^\"\n]+)\"\s*:"),
    (
        "crystal",
        _F,
        rf"\s*(?:(?:private|protected|abstract)\s+)*(?:def|macro)\s+(?:self\.)?({_CRYSTAL_NAME})",
    ),
    ("crystal", _E, r"\s*(?:private\s+)?enum\s+([\w:]+)"),
    (
        "crystal",
        _S,
        r"\s*(?:(?:private|abstract)\s+)*(?:struct|union)\s+([\w:]+)|\s*(?:private\s+)?(?:record|alias)\s+([A-Z][\w:]*)",
    ),
    ("crystal", _C, r"\s*(?:(?:private|abstract)\s+)*(?:class|annotation)\s+([\w:]+)"),
    ("crystal", _M, r"\s*(?:private\s+)?(?:module|lib)\s+([\w:]+)"),
    ("crystal", _F, r"\s*(?:describe|context|it)\s+(?:\"([^\"\n]+)\"|([A-Z][\w:]*))[^\n]*\bdo$"),
    ("fortran", _F, rf"(?i)\s*(?!end){_FORTRAN_WORDS}(?:subroutine|function|program)\s+(\w+)"),
    ("fortran", _F, r"(?i)\s*module\s+procedure\s+(\w+)\s*$"),
    ("fortran", _M, r"(?i)\s*module\s+(?!procedure\b)(\w+)\s*$|\s*submodule\s*\([^)\n]*\)\s*(\w+)"),
    ("fortran", _I, r"(?i)\s*(?:abstract\s+)?interface\s+([a-z]\w*)\s*$"),
    ("fortran", _S, r"(?i)\s*type(?:\s*,[^:\n]*::|\s*::|\s+(?!is\b))\s*(\w+)\s*$"),
    ("verilog", _C, r"\s*(?:virtual\s+|interface\s+)?class\s+(?:automatic\s+|static\s+)?(\w+)"),
    (
        "verilog",
        _M,
        r"\s*(?:module|macromodule|interface|package|program|checker)\s+(?:automatic\s+|static\s+)?(?!class\b)(\w+)",
    ),
    ("verilog", _S, r"\s*covergroup\s+(\w+)"),
    (
        "verilog",
        _F,
        rf"\s*(?:import\s+\"DPI(?:-C)?\"\s+(?:context\s+)?)?(?:{_VERILOG_WORD}\s+)*(?:function|task)\b[^;(=]*?(\w+(?:::\w+)?)\s*(?:[(;]|$)",
    ),
    ("verilog", _S, r"\s*typedef\s+(?:enum|struct|union)\b[^;]*\{$"),
    ("verilog", _S, r"\s*typedef\s+(?:[^;{]*\s)?(\w+)(?:\s*\[[^\]\n]*\])*\s*;"),
    (
        "vim",
        _F,
        r"\s*(?:(?:export|static|public)\s+)*(?:fu(?:n(?:c(?:t(?:i(?:o(?:n)?)?)?)?)?)?!?|def!?)\s+((?:<SID>|[sg]:)?[\w#.:]+)\s*\(",
    ),
    ("vim", _C, r"\s*(?:(?:export|abstract)\s+)*class\s+(\w+)"),
    ("vim", _I, r"\s*(?:export\s+)?interface\s+([A-Z]\w*)"),
    ("vim", _E, r"\s*(?:export\s+)?enum\s+([A-Z]\w*)"),
    ("vim", _K, r"\s*com(?:m(?:a(?:n(?:d)?)?)?)?!?\s+(?:-\S+\s+)*([A-Z]\w*)"),
    ("vim", _K, r"\s*aug(?:r(?:o(?:u(?:p)?)?)?)?\s+(?!END\b)([\w:.-]+)"),
    ("gdscript", _F, r"\s*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:static\s+)?func\s+(\w+)"),
    ("gdscript", _C, r"\s*(?:class|class_name)\s+(\w+)"),
    ("gdscript", _E, r"\s*enum\s+(\w+)"),
    ("gdscript", _EVENT, r"\s*signal\s+(\w+)"),
    ("gdscript", _N, r"const\s+(\w+)"),
    ("scss", _F, r"\s*@(?:mixin|function)\s+([\w-]+)"),
    ("scss", _K, r"\s*(?:@keyframes\s+([\w-]+)|(%[\w-]+)\s*\{)"),
    ("sass", _F, r"\s*(?:@mixin|@function|=)\s*([\w-]+)"),
    ("less", _F, r"\s*([.#][\w-]+)\s*\([^;{}\n]*\)\s*(?:when\b[^{]*)?\{"),
    ("less", _K, r"\s*@(?:-\w+-)?keyframes\s+([\w-]+)"),
    ("css", _K, r"\s*@(?:-\w+-)?keyframes\s+([\w-]+)"),
)
"""Tried in this order at the start of every line; a pattern consumes the line's indentation itself.

The name is its last group or, without any, what stands behind the bracket that ends the declaration."""
