"""The faces of the program: the language server and the terminal."""
