"""Compare two large sorted Parquet logs without holding them: a merge over batches, same statistics as in memory."""
