# Compiler flags of every target of this project.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # gnu11
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# The C library's full interface (O_TMPFILE, memmem, strtod_l) in every file alike. Empty, not 1, so
# that a file which says so itself too does not redefine it.
add_compile_definitions(_GNU_SOURCE=)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

option(SEGC_WERROR "A warning stops the build" ON)
set(SEGC_SANITIZE "" CACHE STRING "Sanitizers, as the compiler spells them: address,undefined or thread")

# Asserts stay on in every build type: they guard against wrong code, cost little outside the inner
# loops, and a wrong segment is worse than a stop.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2")

# -ffp-contract=off: a fused multiply-add rounds once instead of twice, so the same rule would give
# different bits on different machines and differ from the reference evaluator.
add_compile_options(-Wall -Wextra -Wshadow -ffp-contract=off)
if(SEGC_WERROR)
  add_compile_options(-Werror)
endif()

# -O1 -g1: compiling with checks in every access takes 40 % less time so, tests hardly more; stacks
# in reports keep files and lines. -w: warnings are for the usual build; with -O1 there would be others.
if(SEGC_SANITIZE)
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
  add_compile_options(-w -fsanitize=${SEGC_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SEGC_SANITIZE})
  if(SEGC_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

# For tests/fuzz: every room tells libFuzzer which of its branches an input reached (Clang only).
# What was compared with what is not told: a third of the time for words that the dictionary has.
option(SEGC_FUZZ "Build the fuzz targets with libFuzzer" OFF)
if(SEGC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
  # Clang looks for a function's type in front of it, where code made at run time has nothing.
  add_compile_options(-fno-sanitize=function)
endif()

# For scripts/coverage: every program counts which lines and branches ran (Clang only). Without
# asserts: that one of them fails is nothing a test could bring about.
option(SEGC_COVERAGE "Count what tests run" OFF)
if(SEGC_COVERAGE)
  add_compile_options(-O1 -fprofile-instr-generate -fcoverage-mapping)
  add_compile_definitions(NDEBUG)
  add_link_options(-fprofile-instr-generate)
endif()
