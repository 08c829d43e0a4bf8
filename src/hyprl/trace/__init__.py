"""The record of every decision: one SignalTrace per engine per bar, chained by hash, exact to the bit."""
