/**
 * Folders as they are: copied, removed, written down to be compared.
 */
#ifndef SEG_TESTS_TRUST_FOLDER_H
#define SEG_TESTS_TRUST_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What lies in a folder and below, by path. */
struct folder_list {
  struct folder_entry {
    char *path;     // below the folder
    uint64_t bytes; // a hash of the contents
  } *entries;
  size_t count;
};

/** These end the program when something goes wrong: the disk is not what is tested. */
void folder_copy(const char *from, const char *to);
void folder_remove(const char *path);
struct folder_list folder_look(const char *path);
void folder_forget(struct folder_list *list);

/** NULL when there is none of this path. */
const struct folder_entry *folder_find(const struct folder_list *list, const char *path);

/** A file of a folder, whole, with a 0 behind it; to be freed. */
char *folder_read(const char *folder, const char *name, size_t *size);

#endif
