"""``python -m lcnn_verify``."""

from lcnn_verify.cli import main

if __name__ == "__main__":
    main()
