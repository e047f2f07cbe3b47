// LLVM's target, pass and linking interfaces; see jit.h.
#include "compiler/codegen/jit.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct seg_jit {
  LLVMOrcLLJITRef lljit;
  LLVMOrcJITDylibRef library;
  char linker_message[512]; // what the linker last complained about
};

static void initialise_target(void) {
  LLVMInitializeNativeTarget();
  LLVMInitializeNativeAsmPrinter();
}

/** Fill the error from LLVM's message, and release that. */
static enum seg_status fail_with(struct seg_error *error, const char *what, char *message) {
  enum seg_status status = seg_fail(error, SEG_INTERNAL, NULL, "code generation: %s: %s", what,
                                    message == NULL ? "no reason given" : message);
  LLVMDisposeMessage(message);
  return status;
}

static enum seg_status fail_with_error(struct seg_error *error, const char *what,
                                       LLVMErrorRef failure) {
  char *message = LLVMGetErrorMessage(failure);
  enum seg_status status =
      seg_fail(error, SEG_INTERNAL, NULL, "code generation: %s: %s", what, message);
  LLVMDisposeErrorMessage(message);
  return status;
}

// What is asked of the processor is answered slowly, on virtual machines above all.
enum seg_status seg_jit_machine_find(const struct seg_codegen_options *options,
                                     struct seg_jit_machine *out, struct seg_error *error) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static struct seg_jit_machine host;
  pthread_mutex_lock(&lock);
  if (host.triple == NULL) {
    initialise_target();
    host.cpu = LLVMGetHostCPUName();
    host.features = LLVMGetHostCPUFeatures();
    host.triple = LLVMGetDefaultTargetTriple();
  }
  *out = host;
  pthread_mutex_unlock(&lock);
  if (options != NULL && options->cpu != NULL) {
    out->cpu = options->cpu;
    out->features = "";
  }
  if (options != NULL && options->features != NULL)
    out->features = options->features;
  return out->triple == NULL || out->cpu == NULL || out->features == NULL
             ? seg_fail_memory(error, "compiled rules")
             : SEG_OK;
}

enum seg_status seg_jit_target(const struct seg_jit_machine *machine, LLVMTargetMachineRef *out,
                               struct seg_error *error) {
  char *message = NULL;
  LLVMTargetRef target;
  *out = NULL;
  if (LLVMGetTargetFromTriple(machine->triple, &target, &message))
    return fail_with(error, "this machine's architecture is not supported", message);
  *out = LLVMCreateTargetMachine(target, machine->triple, machine->cpu, machine->features,
                                 LLVMCodeGenLevelDefault, LLVMRelocPIC, LLVMCodeModelSmall);
  return *out == NULL ? seg_fail(error, SEG_INTERNAL, NULL,
                                 "code generation: no target machine for %s", machine->cpu)
                      : SEG_OK;
}

static enum seg_status verify(LLVMModuleRef module, struct seg_error *error) {
  char *message = NULL;
  if (LLVMVerifyModule(module, LLVMReturnStatusAction, &message))
    return fail_with(error, "LLVM refuses the generated code", message);
  LLVMDisposeMessage(message);
  return SEG_OK;
}

// What is emitted is already in registers and free of loops that could be shortened. The whole of
// -O2 takes twice as long to compile and was measured to run no faster, neither in maps nor in
// folds.
// Without no-verify-fixpoint LLVM ends the process when one round of instcombine leaves work
// undone.
static const char passes[] = "function(sroa,early-cse,instcombine<no-verify-fixpoint>,simplifycfg)";

enum seg_status seg_jit_prepare(LLVMModuleRef module, LLVMTargetMachineRef target,
                                struct seg_error *error) {
  char *triple = LLVMGetTargetMachineTriple(target);
  LLVMSetTarget(module, triple);
  LLVMDisposeMessage(triple);
  LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(target);
  LLVMSetModuleDataLayout(module, layout);
  LLVMDisposeTargetData(layout);
  return verify(module, error);
}

enum seg_status seg_jit_optimise(LLVMModuleRef module, LLVMTargetMachineRef target,
                                 struct seg_error *error) {
  LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
  LLVMErrorRef failure = LLVMRunPasses(module, passes, target, options);
  LLVMDisposePassBuilderOptions(options);
  if (failure != LLVMErrorSuccess)
    return fail_with_error(error, "the optimiser failed", failure);
  return verify(module, error);
}

enum seg_status seg_jit_emit(LLVMModuleRef module, LLVMTargetMachineRef target,
                             LLVMCodeGenFileType form, LLVMMemoryBufferRef *out,
                             struct seg_error *error) {
  char *message = NULL;
  if (LLVMTargetMachineEmitToMemoryBuffer(target, module, form, &message, out))
    return fail_with(error, "no machine code for the rules", message);
  return SEG_OK;
}

static void keep_linker_message(void *context, LLVMErrorRef failure) {
  struct seg_jit *jit = context;
  char *message = LLVMGetErrorMessage(failure);
  snprintf(jit->linker_message, sizeof jit->linker_message, "%s", message);
  LLVMDisposeErrorMessage(message);
}

/** The only symbols that generated code may call. */
static LLVMErrorRef allow_kernel_functions(struct seg_jit *jit) {
  static const struct {
    const char *name;
    void (*function)(void);
  } allowed[] = {
#define ALLOW(name) {#name, (void (*)(void))(name)}
      ALLOW(seg_kernel_fault_raise),
      ALLOW(seg_kernel_text_map),
      ALLOW(seg_kernel_text_length),
      ALLOW(seg_kernel_distinct),
#undef ALLOW
  };
  enum { COUNT = sizeof allowed / sizeof *allowed };
  LLVMOrcCSymbolMapPair pairs[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    pairs[i].Name = LLVMOrcLLJITMangleAndIntern(jit->lljit, allowed[i].name);
    pairs[i].Sym.Address = (LLVMOrcExecutorAddress)(uintptr_t)allowed[i].function;
    pairs[i].Sym.Flags.GenericFlags =
        LLVMJITSymbolGenericFlagsExported | LLVMJITSymbolGenericFlagsCallable;
    pairs[i].Sym.Flags.TargetFlags = 0;
  }
  return LLVMOrcJITDylibDefine(jit->library, LLVMOrcAbsoluteSymbols(pairs, COUNT));
}

enum seg_status seg_jit_new(struct seg_jit **out, struct seg_error *error) {
  // It only links, for which any processor of this kind will do; left to itself it would look at
  // this one again.
  struct seg_jit_machine machine;
  LLVMTargetMachineRef target;
  enum seg_status status = seg_jit_machine_find(NULL, &machine, error);
  machine.cpu = "";
  machine.features = "";
  if (status == SEG_OK)
    status = seg_jit_target(&machine, &target, error);
  if (status != SEG_OK)
    return status;
  struct seg_jit *jit = calloc(1, sizeof *jit);
  if (jit == NULL) {
    LLVMDisposeTargetMachine(target);
    return seg_fail_memory(error, "compiled rules");
  }
  LLVMOrcLLJITBuilderRef builder = LLVMOrcCreateLLJITBuilder();
  LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(
      builder, LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(target));
  LLVMErrorRef failure = LLVMOrcCreateLLJIT(&jit->lljit, builder);
  if (failure == LLVMErrorSuccess) {
    LLVMOrcExecutionSessionRef session = LLVMOrcLLJITGetExecutionSession(jit->lljit);
    LLVMOrcExecutionSessionSetErrorReporter(session, keep_linker_message, jit);
    jit->library = LLVMOrcExecutionSessionCreateBareJITDylib(session, "rules");
    failure = allow_kernel_functions(jit);
  }
  if (failure != LLVMErrorSuccess) {
    seg_jit_free(jit);
    return fail_with_error(error, "no linker for this machine", failure);
  }
  *out = jit;
  return SEG_OK;
}

void seg_jit_free(struct seg_jit *jit) {
  if (jit == NULL)
    return;
  if (jit->lljit != NULL)
    LLVMConsumeError(LLVMOrcDisposeLLJIT(jit->lljit));
  free(jit);
}

enum seg_status seg_jit_add(struct seg_jit *jit, LLVMMemoryBufferRef object,
                            struct seg_error *error) {
  LLVMErrorRef failure = LLVMOrcLLJITAddObjectFile(jit->lljit, jit->library, object);
  if (failure != LLVMErrorSuccess)
    return fail_with_error(error, "the object code cannot be linked", failure);
  return SEG_OK;
}

/** The answer of a lookup, which may come from another thread. */
struct lookup {
  pthread_mutex_t lock;
  pthread_cond_t done_now;
  bool done;
  LLVMErrorRef failure;
  const LLVMOrcCLookupSetElement *wanted;
  size_t count;
  uint64_t *addresses;
};

static void take_addresses(LLVMErrorRef failure, LLVMOrcCSymbolMapPairs found, size_t found_count,
                           void *context) {
  struct lookup *lookup = context;
  pthread_mutex_lock(&lookup->lock);
  lookup->failure = failure;
  for (size_t i = 0; failure == LLVMErrorSuccess && i < lookup->count; i++) {
    for (size_t j = 0; j < found_count; j++) {
      if (found[j].Name == lookup->wanted[i].Name)
        lookup->addresses[i] = found[j].Sym.Address;
    }
  }
  lookup->done = true;
  pthread_cond_signal(&lookup->done_now);
  pthread_mutex_unlock(&lookup->lock);
}

enum seg_status seg_jit_lookup(struct seg_jit *jit, const char *const *names, size_t count,
                               uint64_t *addresses, struct seg_error *error) {
  if (count == 0)
    return SEG_OK;
  LLVMOrcCLookupSetElement *wanted = calloc(count, sizeof *wanted);
  if (wanted == NULL)
    return seg_fail_memory(error, "compiled rules");
  for (size_t i = 0; i < count; i++) {
    wanted[i].Name = LLVMOrcLLJITMangleAndIntern(jit->lljit, names[i]);
    wanted[i].LookupFlags = LLVMOrcSymbolLookupFlagsRequiredSymbol;
    addresses[i] = 0;
  }
  struct lookup lookup = {.lock = PTHREAD_MUTEX_INITIALIZER,
                          .done_now = PTHREAD_COND_INITIALIZER,
                          .wanted = wanted,
                          .count = count,
                          .addresses = addresses};
  LLVMOrcCJITDylibSearchOrderElement where = {jit->library,
                                              LLVMOrcJITDylibLookupFlagsMatchExportedSymbolsOnly};
  LLVMOrcExecutionSessionLookup(LLVMOrcLLJITGetExecutionSession(jit->lljit),
                                LLVMOrcLookupKindStatic, &where, 1, wanted, count, take_addresses,
                                &lookup);
  pthread_mutex_lock(&lookup.lock);
  while (!lookup.done)
    pthread_cond_wait(&lookup.done_now, &lookup.lock);
  pthread_mutex_unlock(&lookup.lock);
  free(wanted);
  if (lookup.failure != LLVMErrorSuccess) {
    char what[600];
    snprintf(what, sizeof what, "linking failed (%s)", jit->linker_message);
    return fail_with_error(error, what, lookup.failure);
  }
  for (size_t i = 0; i < count; i++) {
    if (addresses[i] == 0)
      return seg_fail(error, SEG_INTERNAL, NULL, "code generation: no function %s", names[i]);
  }
  return SEG_OK;
}
