"""What patterns of lines read: the declarations of languages without a grammar."""
