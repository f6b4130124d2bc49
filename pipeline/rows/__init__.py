"""Forms → rows of the contract's tables."""
