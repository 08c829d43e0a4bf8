"""The linker: binds the kernel's placeholders and compiles its plain functions with numba, or leaves them."""
