"""Words that say nothing about code, for the text search and for comparing names."""

# fmt: off
QUESTION_WORDS = frozenset(
    {
        "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "being", "by", "can",
        "could", "did", "do", "does", "doing", "for", "from", "had", "has", "have", "having", "how",
        "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "out",
        "should", "so", "some", "such", "that", "the", "their", "them", "then", "there", "these",
        "they", "this", "those", "to", "us", "was", "we", "were", "what", "when", "where", "which",
        "who", "whom", "whose", "why", "will", "with", "would", "you", "your",
    }
)
"""Words that ask rather than describe. They occur in nearly every comment and would only add noise."""

STOP_WORDS = QUESTION_WORDS | {
    "all", "get", "gets", "one", "over", "than", "under", "up", "use", "used", "uses", "using",
}
"""With those that say little in names. The text search keeps them: their IDF makes them count little."""
# fmt: on
