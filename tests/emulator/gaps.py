"""What the emulator itself does not know."""


class Gap(Exception):
    """Never taken for an answer of AWS: it ends the run."""
