// Loading a library at the first call; see lazy_library.h. Two threads that load it at once get the
// same one.
#include "runtime/base/lazy_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_WITHOUT_LIBRARY = 127 }; // as the system's own loader ends

bool seg_library_is_as_built(const char *file, int64_t bytes, int64_t changed) {
  struct stat about;
  return stat(file, &about) == 0 && about.st_size == bytes && about.st_mtim.tv_sec == changed;
}

static void *load(const char *library, const char *file) {
  void *loaded = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
  return loaded != NULL ? loaded : dlopen(library, RTLD_LAZY | RTLD_LOCAL);
}

void *seg_lazy_function(const char *library, const char *file, const char *name, void **place,
                        void **handle) {
  void *loaded = __atomic_load_n(handle, __ATOMIC_ACQUIRE);
  if (loaded == NULL)
    loaded = load(library, file);
  void *function = loaded == NULL ? NULL : dlsym(loaded, name);
  if (function == NULL) {
    fprintf(stderr,
            "error: the library %s, which was here when segc was built, %s%s\n"
            "  = help: install it again, or build segc anew: `scripts/bootstrap`, then "
            "`scripts/demo`\n",
            library, loaded == NULL ? "cannot be loaded" : "does not have ",
            loaded == NULL ? "" : name);
    _exit(EXIT_WITHOUT_LIBRARY);
  }
  __atomic_store_n(handle, loaded, __ATOMIC_RELEASE);
  __atomic_store_n(place, function, __ATOMIC_RELEASE);
  return function;
}
