"""The live engine: clock, source, state and the loop that decides bars as they close."""
