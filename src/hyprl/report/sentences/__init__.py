"""Every sentence about a finding: one module for each kind of evidence, one function for each kind of facts."""
