"""Position size, risk amount, expected profit, and the source of the equity that they are measured against."""
