# Finds what the project does not build itself; each becomes one target, named Seg*, so that rooms
# name what they use and nothing else. THIRD_PARTY.md says why each is here.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(FLEX 2.6 REQUIRED)
find_package(BISON 3.8 REQUIRED)

# seg_library(<target> <header> <library> <hint how to get it>)
function(seg_library target header library hint)
  find_path(${target}_INCLUDE ${header})
  find_library(${target}_LIBRARY ${library})
  if(NOT ${target}_INCLUDE OR NOT ${target}_LIBRARY)
    message(FATAL_ERROR "${header} or lib${library} is missing. ${hint}")
  endif()
  mark_as_advanced(${target}_INCLUDE ${target}_LIBRARY)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${target}_LIBRARY}
                                             INTERFACE_INCLUDE_DIRECTORIES ${${target}_INCLUDE})
endfunction()

set(hint "scripts/bootstrap installs it.")
seg_library(SegUtf8proc utf8proc.h utf8proc "${hint}")
seg_library(SegZlib zlib.h z "${hint}")

# DuckDB: a system-wide library wins (find_* look there first); otherwise the pinned one that
# scripts/bootstrap unpacks. CMake puts its folder into the run path of build/segc.
find_path(SegDuckDB_INCLUDE duckdb.h)
find_library(SegDuckDB_LIBRARY duckdb)
if(NOT SegDuckDB_INCLUDE OR NOT SegDuckDB_LIBRARY)
  set(SegDuckDB_INCLUDE SegDuckDB_INCLUDE-NOTFOUND)
  set(SegDuckDB_LIBRARY SegDuckDB_LIBRARY-NOTFOUND)
  find_path(SegDuckDB_INCLUDE duckdb.h PATHS ${PROJECT_SOURCE_DIR}/third_party/duckdb NO_DEFAULT_PATH)
  find_library(SegDuckDB_LIBRARY duckdb PATHS ${PROJECT_SOURCE_DIR}/third_party/duckdb NO_DEFAULT_PATH)
endif()
seg_library(SegDuckDB duckdb.h duckdb "${hint}")

# LLVM: through llvm-config, because the LLVM package file for CMake insists on a C++ compiler and on
# the development files of libraries that the C API never shows.
find_program(SEGC_LLVM_CONFIG NAMES llvm-config-19 llvm-config)
if(NOT SEGC_LLVM_CONFIG)
  message(FATAL_ERROR "llvm-config-19 is missing. ${hint}")
endif()
execute_process(COMMAND ${SEGC_LLVM_CONFIG} --version OUTPUT_VARIABLE llvm_version
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT llvm_version VERSION_GREATER_EQUAL 19 OR llvm_version VERSION_GREATER_EQUAL 20)
  message(FATAL_ERROR "LLVM 19 is needed; ${SEGC_LLVM_CONFIG} is ${llvm_version}.")
endif()
execute_process(COMMAND ${SEGC_LLVM_CONFIG} --includedir OUTPUT_VARIABLE llvm_include
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${SEGC_LLVM_CONFIG} --libdir OUTPUT_VARIABLE llvm_libdir
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
find_library(SegLLVM_LIBRARY NAMES LLVM-19 LLVM PATHS ${llvm_libdir} NO_DEFAULT_PATH REQUIRED)
add_library(SegLLVM UNKNOWN IMPORTED GLOBAL)
set_target_properties(SegLLVM PROPERTIES IMPORTED_LOCATION ${SegLLVM_LIBRARY}
                                         INTERFACE_INCLUDE_DIRECTORIES ${llvm_include})
