// Files on their way to a name; see private_file.h.
#include "runtime/base/private_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** Is it a private file of `name`? */
static bool is_private_name(const char *entry, const char *name) {
  static const char mark[] = ".segc-", ending[] = ".tmp";
  size_t size = strlen(name), all = strlen(entry);
  return entry[0] == '.' && strncmp(entry + 1, name, size) == 0 &&
         strncmp(entry + 1 + size, mark, strlen(mark)) == 0 &&
         all > size + strlen(mark) + strlen(ending) &&
         strcmp(entry + all - strlen(ending), ending) == 0;
}

/** Remove private files that nobody holds. What cannot be removed stays. */
static void sweep(const char *folder, const char *name) {
  int place = open(folder[0] == '\0' ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0)
    return;
  DIR *entries = fdopendir(place);
  if (entries == NULL) {
    close(place);
    return;
  }
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (!is_private_name(entry->d_name, name))
      continue;
    struct stat about;
    int left = openat(place, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (left < 0)
      continue;
    if (fstat(left, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid() &&
        flock(left, LOCK_EX | LOCK_NB) == 0)
      (void)unlinkat(place, entry->d_name, 0);
    close(left);
  }
  closedir(entries); // and `place` with it
}

/** Is the name still that of the file we hold? Between creating and locking it somebody may have
 * taken it for one that was left behind. */
static bool is_still_there(const char *path, int handle) {
  struct stat held, named;
  return fstat(handle, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

int seg_private_file_create(struct seg_arena *arena, const char *folder, const char *name,
                            struct seg_str *path) {
  enum { TRIES = 100 };
  sweep(folder, name);
  // Another thread may be writing the same file: each gets a private one of its own.
  for (int i = 0; i < TRIES; i++) {
    *path = seg_arena_format(arena, "%s.%s.segc-%ld-%d.tmp", folder[0] == '\0' ? "./" : folder,
                             name, (long)getpid(), i);
    if (path->data == NULL) {
      errno = ENOMEM;
      return -1;
    }
    int handle = open(path->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle < 0 && errno != EEXIST)
      return -1;
    if (handle < 0)
      continue;
    // Where the file system knows no locks, nothing is ever taken for left behind.
    bool taken = flock(handle, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && is_still_there(path->data, handle))
      return handle;
    close(handle);
  }
  errno = EEXIST;
  return -1;
}
