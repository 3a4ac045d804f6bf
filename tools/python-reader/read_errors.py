"""What the readers raise."""


class FileError(ValueError):
    """What is read is no gcompress file, or a damaged or newer one."""


def check(condition: bool, message: str) -> None:
    if not condition:
        raise FileError(message)
