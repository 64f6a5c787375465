"""Policy APIs, one per file, each lowered to rules of the common form; ``tiers`` decides where the rules go."""
