"""What a user can ask for, a function each: check, compare, explain, backtest, replay, train, warmup, shrink, and what
they publish.
"""
