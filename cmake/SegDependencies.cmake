# Finds what the project does not build itself. "+duckdb" in cmake/rooms.txt is the target
# seg_outside_duckdb here. THIRD_PARTY.md says why each is used.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(FLEX 2.6 REQUIRED)
find_package(BISON 3.8 REQUIRED)

# Every room may use threads and the mathematics library: both are part of the C library.
link_libraries(Threads::Threads m)

# seg_outside(<name> <header> <include folder> <library file>)
function(seg_outside name header include library)
  if(NOT include OR NOT library)
    message(FATAL_ERROR "${header} or its library is missing. Run scripts/bootstrap, then again.")
  endif()
  add_library(seg_outside_${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(seg_outside_${name} PROPERTIES IMPORTED_LOCATION ${library}
                                                       INTERFACE_INCLUDE_DIRECTORIES ${include})
endfunction()

# seg_find_outside(<name> <header> <library> [where to look...]), in the system when no place is named
function(seg_find_outside name header library)
  if(ARGN)
    set(where PATHS ${ARGN} NO_DEFAULT_PATH)
  endif()
  find_path(SEGC_${name}_INCLUDE ${header} ${where})
  find_library(SEGC_${name}_LIBRARY ${library} ${where})
  mark_as_advanced(SEGC_${name}_INCLUDE SEGC_${name}_LIBRARY)
  seg_outside(${name} ${header} "${SEGC_${name}_INCLUDE}" "${SEGC_${name}_LIBRARY}")
endfunction()

seg_find_outside(utf8proc utf8proc.h utf8proc)
seg_find_outside(zlib zlib.h z)
seg_find_outside(snappy snappy-c.h snappy)
seg_find_outside(jansson jansson.h jansson)
seg_find_outside(z3 z3.h z3)
seg_find_outside(crypto openssl/evp.h crypto)

# DuckDB: a system-wide library wins, when its header is there too; otherwise the pinned one that
# scripts/bootstrap unpacks. CMake puts the library's folder into the run path of build/segc.
find_path(system_duckdb_include duckdb.h NO_CACHE)
find_library(system_duckdb_library duckdb NO_CACHE)
if(system_duckdb_include AND system_duckdb_library)
  seg_outside(duckdb duckdb.h ${system_duckdb_include} ${system_duckdb_library})
else()
  seg_find_outside(duckdb duckdb.h duckdb ${PROJECT_SOURCE_DIR}/third_party/duckdb)
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
seg_outside(llvm llvm-c/Core.h ${llvm_include} "${SEGC_llvm_LIBRARY}")
