/**
 * Files and folders are brought to disk together: most of the time is waiting for the disk, which
 * is told once of what is waited for at the same time.
 */
#ifndef SEG_RUNTIME_PREPARE_SYNC_H
#define SEG_RUNTIME_PREPARE_SYNC_H

#include <stddef.h>

/** Wait until a folder is on disk: 0, or the errno of what went wrong. */
int seg_sync_folder(int folder);

/** Wait until all files and folders are on disk, in any order: 0, or the errno of one that is
 * not. */
int seg_sync_together(const int *files, size_t file_count, const int *folders, size_t folder_count);

#endif
