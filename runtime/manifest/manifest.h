/**
 * Manifests: the hashes of input files, written down, and compared with the files of a later run.
 *
 * The form is that of coreutils' `sha256sum`: a line a file, `HASH  NAME`, and lines that begin
 * with # are comments; the comment `# source NAME` says whose files follow. A name with a backslash
 * or a line break stands escaped, and the line begins with a backslash then.
 */
#ifndef SEG_RUNTIME_MANIFEST_MANIFEST_H
#define SEG_RUNTIME_MANIFEST_MANIFEST_H

#include <stdio.h>

#include "runtime/manifest/inputs.h"

enum { SEG_MANIFEST_BYTES = 64 * 1024 * 1024 }; // at most

/** Write the hashed files. Names below `folder` (NUL-terminated, any form) are relative to it. */
SEG_NODISCARD enum seg_status seg_manifest_write(const struct seg_inputs *inputs,
                                                 const char *folder, FILE *out,
                                                 struct seg_error *error);

/**
 * Hash the inputs and compare them with a manifest: the files of each source must be the ones that
 * are listed for it, no more and no less. Errors: D112 (no manifest, or a query that no manifest
 * can vouch for), D113 (another content, a file that is not listed, or a listed one that is gone),
 * those of seg_inputs_finish.
 */
SEG_NODISCARD enum seg_status seg_manifest_verify(const char *path, struct seg_inputs *inputs,
                                                  struct seg_error *error);

#endif
