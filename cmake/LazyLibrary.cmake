# Writes stand-ins for the functions of a shared library, as assembler for x86-64:
#   cmake -DLIBRARY=... -DPREFIX=... -DNM=... -DREADELF=... -DOUTPUT=... -P LazyLibrary.cmake
# A program that is linked to them instead of the library begins without it. The first call of any
# of its functions loads the library (runtime/base/lazy_library.c); the place of the function is kept,
# and every later call jumps there.
execute_process(COMMAND ${READELF} -d ${LIBRARY} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
if(NOT dynamic MATCHES "SONAME[^[]*\\[([^]]+)\\]")
  message(FATAL_ERROR "${LIBRARY} has no name of its own")
endif()
set(soname ${CMAKE_MATCH_1})
execute_process(COMMAND ${NM} --dynamic --defined-only ${LIBRARY} OUTPUT_VARIABLE symbols
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " [TW] ${PREFIX}[A-Za-z0-9_]+" functions "${symbols}")
list(TRANSFORM functions REPLACE "^ [TW] " "")
list(REMOVE_DUPLICATES functions)
list(LENGTH functions count)
if(count EQUAL 0)
  message(FATAL_ERROR "${LIBRARY} has no functions ${PREFIX}...")
endif()

# All registers that arguments are passed in survive the look-up. r10 and r11 belong to nobody here.
set(text "// Made by cmake/LazyLibrary.cmake out of ${soname}.
  .text
look_up:
  .cfi_startproc
  .cfi_adjust_cfa_offset 8
")
set(registers rdi rsi rdx rcx r8 r9 rax)
foreach(register IN LISTS registers)
  string(APPEND text "  push %${register}\n  .cfi_adjust_cfa_offset 8\n")
endforeach()
string(APPEND text "  sub $136, %rsp\n  .cfi_adjust_cfa_offset 136\n")
foreach(i RANGE 7)
  math(EXPR at "${i} * 16")
  string(APPEND text "  movups %xmm${i}, ${at}(%rsp)\n")
endforeach()
string(APPEND text "  lea library(%rip), %rdi
  lea file(%rip), %rsi
  lea names(%rip), %rdx
  mov 192(%rsp), %r8
  lea starts(%rip), %rcx
  mov (%rcx,%r8,4), %ecx
  add %rcx, %rdx
  lea places(%rip), %rcx
  lea (%rcx,%r8,8), %rcx
  lea handle(%rip), %r8
  call seg_lazy_function
  mov %rax, %r11
")
foreach(i RANGE 7)
  math(EXPR at "${i} * 16")
  string(APPEND text "  movups ${at}(%rsp), %xmm${i}\n")
endforeach()
string(APPEND text "  add $136, %rsp\n  .cfi_adjust_cfa_offset -136\n")
list(REVERSE registers)
foreach(register IN LISTS registers)
  string(APPEND text "  pop %${register}\n  .cfi_adjust_cfa_offset -8\n")
endforeach()
string(APPEND text "  add $8, %rsp\n  .cfi_adjust_cfa_offset -8\n  jmp *%r11\n  .cfi_endproc\n")
set(number 0)
set(names "")
set(starts "")
foreach(function IN LISTS functions)
  math(EXPR at "${number} * 8")
  string(APPEND text "
  .globl ${function}
  .hidden ${function}
  .type ${function}, @function
${function}:
  .cfi_startproc
  mov places+${at}(%rip), %r11
  test %r11, %r11
  je 1f
  jmp *%r11
1:
  push $${number}
  .cfi_adjust_cfa_offset 8
  jmp look_up
  .cfi_endproc
  .size ${function}, . - ${function}
")
  string(APPEND names "name_${number}:\n  .asciz \"${function}\"\n")
  string(APPEND starts "  .long name_${number} - names\n")
  math(EXPR number "${number} + 1")
endforeach()
math(EXPR bytes "${number} * 8")
file(WRITE ${OUTPUT} "${text}
  .local places
  .comm places, ${bytes}, 8
  .local handle
  .comm handle, 8, 8

  .section .rodata
library:
  .asciz \"${soname}\"
file:
  .asciz \"${LIBRARY}\"
names:
${names}
  .balign 4
starts:
${starts}
  .section .note.GNU-stack, \"\", @progbits
")
