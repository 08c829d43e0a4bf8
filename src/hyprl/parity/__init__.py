"""Two signal logs in, results out: pair, count, judge. It knows no engine, so it can judge anybody's logs."""
