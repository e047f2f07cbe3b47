# A room is a folder of .c files and one static library: runtime/base -> seg_runtime_base.
#
# seg_room(<folder> [GENERATED] DEPENDS <folder or target>...)
#   Every .c file of the folder itself belongs to the room; a new file needs no edit here. A folder
#   without .c files is skipped, and so is naming it in DEPENDS. GENERATED: the folder also holds
#   seg.y and seg.l; see seg_parser_sources.
# seg_executable(<name> <folder> DEPENDS ...)
#   The same for an executable, put into the root of the build folder.
#
# SEGC_ROOMS collects the libraries that exist, for the tests.
set(SEGC_ROOMS "")

function(seg_room_target folder result)
  string(MAKE_C_IDENTIFIER "seg_${folder}" name)
  set(${result} ${name} PARENT_SCOPE)
endfunction()

function(seg_link target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}
                                              ${PROJECT_SOURCE_DIR}/compiler/include)
  foreach(dependency IN LISTS ARGN)
    seg_room_target(${dependency} room)
    if(TARGET ${room})
      target_link_libraries(${target} PUBLIC ${room})
    elseif(TARGET ${dependency})
      target_link_libraries(${target} PUBLIC ${dependency})
    elseif(NOT dependency IN_LIST SEGC_EMPTY_ROOMS)
      message(FATAL_ERROR "${target} depends on ${dependency}, which is no room above it")
    endif()
  endforeach()
endfunction()

function(seg_room folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "GENERATED" "" "DEPENDS")
  seg_room_target(${folder} target)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
  if(arg_GENERATED)
    seg_parser_sources(${folder} generated)
    list(APPEND sources ${generated})
  endif()
  if(NOT sources)
    message(STATUS "room ${folder}: empty, skipped")
    set(SEGC_EMPTY_ROOMS ${SEGC_EMPTY_ROOMS} ${folder} PARENT_SCOPE)
    return()
  endif()
  add_library(${target} STATIC ${sources})
  seg_link(${target} ${arg_DEPENDS})
  if(arg_GENERATED)
    target_include_directories(${target} PUBLIC ${PROJECT_BINARY_DIR}/generated)
  endif()
  set(SEGC_ROOMS ${SEGC_ROOMS} ${target} PARENT_SCOPE)
endfunction()

function(seg_executable name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "DEPENDS")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
  if(NOT sources)
    message(STATUS "room ${folder}: empty, skipped")
    return()
  endif()
  add_executable(${name} ${sources})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  seg_link(${name} ${arg_DEPENDS})
endfunction()

# seg.y -> seg_parser.{c,h}, seg.l -> seg_lexer.{c,h}, in <build>/generated/<folder>, included as
# "grammar/seg_parser.h". Never committed: two copies of one truth drift apart.
function(seg_parser_sources folder result)
  set(in ${PROJECT_SOURCE_DIR}/${folder})
  set(out ${PROJECT_BINARY_DIR}/generated/${folder})
  set(${result} "" PARENT_SCOPE)
  file(GLOB found CONFIGURE_DEPENDS ${in}/seg.[yl])
  list(LENGTH found count)
  if(count LESS 2)
    return()
  endif()
  file(MAKE_DIRECTORY ${out})
  add_custom_command(
    OUTPUT ${out}/seg_parser.c ${out}/seg_parser.h
    COMMAND ${BISON_EXECUTABLE} -Wall -Werror --header=${out}/seg_parser.h
            --output=${out}/seg_parser.c ${in}/seg.y
    DEPENDS ${in}/seg.y
    COMMENT "bison ${folder}/seg.y"
    VERBATIM)
  add_custom_command(
    OUTPUT ${out}/seg_lexer.c ${out}/seg_lexer.h
    COMMAND ${FLEX_EXECUTABLE} --header-file=${out}/seg_lexer.h --outfile=${out}/seg_lexer.c
            ${in}/seg.l
    DEPENDS ${in}/seg.l
    COMMENT "flex ${folder}/seg.l"
    VERBATIM)
  # -w: the text of these two files comes from bison and flex; their warnings are not ours to fix.
  set_source_files_properties(${out}/seg_parser.c ${out}/seg_lexer.c PROPERTIES COMPILE_OPTIONS -w)
  set(${result} ${out}/seg_parser.c ${out}/seg_parser.h ${out}/seg_lexer.c ${out}/seg_lexer.h
      PARENT_SCOPE)
endfunction()
