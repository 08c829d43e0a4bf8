"""The backtest: drives the kernel over history and keeps the ledger."""
