// The table behind io_errors.h, and plain words for what the system answers.
#include "runtime/io/io_errors.h"

#include <errno.h>
#include <stddef.h>

const struct seg_io_error_info seg_io_errors[SEG_IO_ERROR_COUNT] = {
#define SEG_IO_ERROR(name, code, title) {code, title},
#include "runtime/io/io_errors.def"
#undef SEG_IO_ERROR
};

const char *seg_io_reason(int error_number) {
  static const struct {
    int number;
    const char *words;
  } reasons[] = {
      {ENOENT, "it does not exist"},
      {ENOTDIR, "a part of its path is not a folder"},
      {EACCES, "you do not have permission"},
      {EPERM, "you do not have permission"},
      {EISDIR, "it is a folder"},
      {ENOSPC, "the disk is full"},
      {EDQUOT, "your disk quota is used up"},
      {EFBIG, "the file would be larger than allowed"},
      {EIO, "the disk reports an error"},
      {EROFS, "the disk is read-only"},
      {EMFILE, "too many files are open"},
      {ENFILE, "too many files are open"},
      {ENAMETOOLONG, "its name is too long"},
      {ELOOP, "its symbolic links form a circle"},
      {EEXIST, "a file of that name exists already"},
      {ENOMEM, "memory is out"},
  };
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].number == error_number)
      return reasons[i].words;
  return "the system refused, for a reason it did not name";
}
