"""`python -m pipeline` is the command line of `pipeline.app.cli`."""

from pipeline.app.cli import main

if __name__ == "__main__":
    main(prog_name="python -m pipeline")
