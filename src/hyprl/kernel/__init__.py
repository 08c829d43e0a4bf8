"""The step of one closed bar in plain arithmetic: the account settles, the strategy judges, an order is placed; and
the batch loop over it.
"""
