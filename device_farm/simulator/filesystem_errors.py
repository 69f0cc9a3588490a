"""What a file operation of the phone can fail with: an errno name, and the text that toybox prints for it."""

from __future__ import annotations

from device_farm.errors import GuestError

# bionic's strerror() texts for the errno values that the file tree can give.
MESSAGES = {
    "EACCES": "Permission denied",
    "EBUSY": "Device or resource busy",
    "EEXIST": "File exists",
    "EFBIG": "File too large",
    "EINVAL": "Invalid argument",
    "EISDIR": "Is a directory",
    "ELOOP": "Too many symbolic links encountered",
    "ENAMETOOLONG": "File name too long",
    "ENOENT": "No such file or directory",
    "ENOSPC": "No space left on device",
    "ENOTDIR": "Not a directory",
    "ENOTEMPTY": "Directory not empty",
    "EPERM": "Operation not permitted",
    "EROFS": "Read-only file system",
}


class FileSystemError(GuestError):
    """A file operation failed; `errno_name` says why, `path` on what, `reason` is the text that toybox prints."""

    def __init__(self, errno_name: str, path: str) -> None:
        self.errno_name = errno_name
        self.path = path
        self.reason = MESSAGES[errno_name]
        super().__init__(f"{path}: {self.reason}")

    def __reduce__(self) -> tuple[object, ...]:
        return (FileSystemError, (self.errno_name, self.path))
