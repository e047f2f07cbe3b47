/**
 * The manifest beside the output of a run: the hashes of inputs and rules, the as-of day, versions,
 * and the hash of the output. The same run writes the same bytes.
 */
#ifndef SEG_COMPILER_SESSION_MANIFEST_H
#define SEG_COMPILER_SESSION_MANIFEST_H

#include "compiler/session_data.h"
#include "runtime/manifest/hash_writer.h"

/** Write `out_path`.manifest.json, whole or not at all, after the output itself. The inputs of
 * `data` are hashed, the summary of the session is made, and `output` has seen the output. */
SEG_NODISCARD enum seg_status seg_session_write_manifest(struct segc_session *session,
                                                         const struct seg_session_data *data,
                                                         const char *out_path,
                                                         struct seg_hash_writer *output);

#endif
