"""The linker: binds the kernel's placeholders and turns its plain functions into compiled ones, or leaves them."""
