"""What a user can ask for, one function each: check, compare, explain, backtest, replay, train, warmup, shrink."""
