"""From evidence to an order and a score: signals, their weights, reranking, confidence."""
