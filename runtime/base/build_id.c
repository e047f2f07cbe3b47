// The note of the linker (ELF, NT_GNU_BUILD_ID) in whatever holds this function; see build_id.h.
#include "runtime/base/build_id.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ID_BYTES = (SEG_BUILD_ID_TEXT - 1) / 2 };

static void read_notes(char *out, const char *at, size_t size) {
  ElfW(Nhdr) note;
  while (size > sizeof note) {
    memcpy(&note, at, sizeof note);
    size_t name = (note.n_namesz + 3u) & ~3u, content = (note.n_descsz + 3u) & ~3u;
    if (name > size - sizeof note || content > size - sizeof note - name)
      return;
    const unsigned char *bytes = (const unsigned char *)at + sizeof note + name;
    for (size_t i = 0; note.n_type == NT_GNU_BUILD_ID && i < note.n_descsz && i < ID_BYTES; i++)
      snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    at += sizeof note + name + content;
    size -= sizeof note + name + content;
  }
}

static int look_at_object(struct dl_phdr_info *object, size_t size, void *out) {
  (void)size;
  uintptr_t place = (uintptr_t)&look_at_object;
  bool ours = false;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    uintptr_t from = object->dlpi_addr + part->p_vaddr;
    ours = ours || (part->p_type == PT_LOAD && place >= from && place - from < part->p_memsz);
  }
  for (int i = 0; ours && i < object->dlpi_phnum; i++)
    if (object->dlpi_phdr[i].p_type == PT_NOTE)
      read_notes(out, (const char *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr),
                 object->dlpi_phdr[i].p_memsz);
  return ours;
}

void seg_build_id(char out[SEG_BUILD_ID_TEXT]) {
  out[0] = '\0';
  (void)dl_iterate_phdr(look_at_object, out);
}
