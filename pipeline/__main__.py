"""`python -m pipeline` is the command line of `pipeline.app.start`."""

from pipeline.app.start import main

if __name__ == "__main__":
    main(prog_name="python -m pipeline")
