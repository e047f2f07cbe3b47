# Finds what the project does not build itself. "+duckdb" in cmake/rooms.txt is the target
# seg_outside_duckdb here. THIRD_PARTY.md says why each is used.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(FLEX 2.6 REQUIRED)
find_package(BISON 3.8 REQUIRED)

# Every room may use threads and the mathematics library: both are part of the C library.
link_libraries(Threads::Threads m)

# Libraries that take long to load come at their first call. Sanitizers, coverage and fuzzing want to
# see them from the beginning.
set(lazy_by_default OFF)
if(CMAKE_SYSTEM_NAME STREQUAL Linux AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND
   NOT SEGC_SANITIZE AND NOT SEGC_FUZZ AND NOT SEGC_COVERAGE)
  set(lazy_by_default ON)
endif()
option(SEGC_LAZY "Load LLVM, DuckDB, Z3 and libcrypto when they are needed, not at the start" ${lazy_by_default})
if(SEGC_LAZY)
  enable_language(ASM)
endif()

# seg_outside(<name> <header> <include folder> <library file> [LAZY <prefix of its functions>])
function(seg_outside name header include library)
  cmake_parse_arguments(PARSE_ARGV 4 arg "" "LAZY" "")
  if(NOT include OR NOT library)
    message(FATAL_ERROR "${header} or its library is missing. Run scripts/bootstrap, then again.")
  endif()
  if(SEGC_LAZY AND arg_LAZY)
    seg_lazy(${name} ${library} ${arg_LAZY})
    target_include_directories(seg_outside_${name} SYSTEM INTERFACE ${include})
    return()
  endif()
  add_library(seg_outside_${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(seg_outside_${name} PROPERTIES IMPORTED_LOCATION ${library}
                                                       INTERFACE_INCLUDE_DIRECTORIES ${include})
endfunction()

# Stand-ins for the functions of a library.
function(seg_lazy name library prefix)
  set(out ${PROJECT_BINARY_DIR}/generated/lazy)
  file(MAKE_DIRECTORY ${out})
  add_custom_command(
    OUTPUT ${out}/${name}.S
    COMMAND ${CMAKE_COMMAND} -DLIBRARY=${library} -DPREFIX=${prefix} -DNM=${CMAKE_NM}
            -DREADELF=${CMAKE_READELF} -DOUTPUT=${out}/${name}.S
            -P ${PROJECT_SOURCE_DIR}/cmake/LazyLibrary.cmake
    DEPENDS ${library} ${PROJECT_SOURCE_DIR}/cmake/LazyLibrary.cmake
    COMMENT "stand-ins for ${name}"
    VERBATIM)
  add_library(seg_outside_${name} STATIC ${out}/${name}.S)
  target_link_libraries(seg_outside_${name} PUBLIC seg_runtime_base ${CMAKE_DL_LIBS})
endfunction()

# seg_find_outside(<name> <header> <library> [IN <where to look>] [LAZY <prefix>]), in the system when
# no place is named
function(seg_find_outside name header library)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "IN;LAZY" "")
  if(arg_IN)
    set(where PATHS ${arg_IN} NO_DEFAULT_PATH)
  endif()
  find_path(SEGC_${name}_INCLUDE ${header} ${where})
  find_library(SEGC_${name}_LIBRARY ${library} ${where})
  mark_as_advanced(SEGC_${name}_INCLUDE SEGC_${name}_LIBRARY)
  seg_outside(${name} ${header} "${SEGC_${name}_INCLUDE}" "${SEGC_${name}_LIBRARY}" LAZY ${arg_LAZY})
endfunction()

# The version of a library as it says itself, and what tells its file from another one: who asks for
# the version need not load the library as long as the file is still that one.
function(seg_built_with name library version)
  string(TOUPPER ${name} prefix)
  get_filename_component(file ${library} REALPATH)
  file(SIZE ${file} bytes)
  file(TIMESTAMP ${file} changed "%s" UTC)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  set(SEGC_BUILT_WITH "${SEGC_BUILT_WITH}#define SEGC_${prefix}_VERSION \"${version}\"
#define SEGC_${prefix}_FILE \"${library}\"
#define SEGC_${prefix}_BYTES ${bytes}
#define SEGC_${prefix}_CHANGED ${changed}
" PARENT_SCOPE)
endfunction()

seg_find_outside(utf8proc utf8proc.h utf8proc)
seg_find_outside(zlib zlib.h z)

# Snappy and the C++ library that it is written with become part of the program where both can be:
# loading them takes as long as parsing some hundred rules.
if(SEGC_LAZY)
  find_path(SEGC_snappy_INCLUDE snappy-c.h)
  find_library(SEGC_snappy_ARCHIVE libsnappy.a)
  mark_as_advanced(SEGC_snappy_INCLUDE SEGC_snappy_ARCHIVE)
  execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libstdc++.a
                  OUTPUT_VARIABLE cxx_archive OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(SEGC_snappy_INCLUDE AND SEGC_snappy_ARCHIVE AND EXISTS "${cxx_archive}")
  seg_outside(snappy snappy-c.h ${SEGC_snappy_INCLUDE} ${SEGC_snappy_ARCHIVE})
  target_link_libraries(seg_outside_snappy INTERFACE ${cxx_archive} gcc_eh)
else()
  seg_find_outside(snappy snappy-c.h snappy)
endif()
seg_find_outside(jansson jansson.h jansson)
seg_find_outside(z3 z3.h z3 LAZY Z3_)
seg_find_outside(crypto openssl/evp.h crypto LAZY EVP_)

# DuckDB: a system-wide library wins, when its header is there too; otherwise the pinned one that
# scripts/bootstrap unpacks. build/segc knows where it is.
find_path(system_duckdb_include duckdb.h NO_CACHE)
find_library(system_duckdb_library duckdb NO_CACHE)
if(system_duckdb_include AND system_duckdb_library)
  seg_outside(duckdb duckdb.h ${system_duckdb_include} ${system_duckdb_library} LAZY duckdb_)
  set(duckdb_include ${system_duckdb_include})
  set(duckdb_library ${system_duckdb_library})
else()
  seg_find_outside(duckdb duckdb.h duckdb IN ${PROJECT_SOURCE_DIR}/third_party/duckdb LAZY duckdb_)
  set(duckdb_include ${SEGC_duckdb_INCLUDE})
  set(duckdb_library ${SEGC_duckdb_LIBRARY})
endif()
try_run(duckdb_ran duckdb_compiled
        SOURCE_FROM_CONTENT version.c "#include <duckdb.h>
#include <stdio.h>
int main(void) { return puts(duckdb_library_version()) < 0; }
"
        CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${duckdb_include}
        LINK_LIBRARIES ${duckdb_library}
        RUN_OUTPUT_VARIABLE duckdb_version)
string(STRIP "${duckdb_version}" duckdb_version)
if(duckdb_compiled AND duckdb_ran EQUAL 0)
  seg_built_with(duckdb ${duckdb_library} ${duckdb_version})
endif()

# LLVM: through llvm-config, because LLVM's own package file for CMake insists on a C++ compiler and
# on the development files of libraries that the C API never shows.
find_program(SEGC_LLVM_CONFIG NAMES llvm-config-19 llvm-config)
if(NOT SEGC_LLVM_CONFIG)
  message(FATAL_ERROR "llvm-config-19 is missing. Run scripts/bootstrap, then again.")
endif()
function(seg_llvm_config question result)
  execute_process(COMMAND ${SEGC_LLVM_CONFIG} ${question} OUTPUT_VARIABLE answer
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${result} ${answer} PARENT_SCOPE)
endfunction()
seg_llvm_config(--version llvm_version)
if(NOT llvm_version MATCHES "^19\\.")
  message(FATAL_ERROR "LLVM 19 is needed; ${SEGC_LLVM_CONFIG} is ${llvm_version}.")
endif()
seg_llvm_config(--includedir llvm_include)
seg_llvm_config(--libdir llvm_libdir)
find_library(SEGC_llvm_LIBRARY NAMES LLVM-19 LLVM PATHS ${llvm_libdir} NO_DEFAULT_PATH)
seg_outside(llvm llvm-c/Core.h ${llvm_include} "${SEGC_llvm_LIBRARY}" LAZY LLVM)
seg_built_with(llvm "${SEGC_llvm_LIBRARY}" ${llvm_version})
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/built_with.h CONTENT "// Made by cmake/SegDependencies.cmake.
@SEGC_BUILT_WITH@" @ONLY)
