# A room is a folder of .c files and one static library: runtime/base -> seg_runtime_base. Every .c
# file of the folder itself belongs to it, so a new file needs no edit here. A folder without any is
# a room of headers, or not written yet: it has no library.

# seg_rooms(<table> [EXCEPT <folder>...]): makes a library of every room of the table. SEGC_ROOMS
# collects those that exist, for the tests.
function(seg_rooms table)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "EXCEPT")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${table})
  file(STRINGS ${table} lines REGEX "^[a-z]")
  set(rooms "")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^([a-z0-9_/]+) *:(.*)$")
      message(FATAL_ERROR "${table}: not a room: ${line}")
    endif()
    set(folder ${CMAKE_MATCH_1})
    separate_arguments(used UNIX_COMMAND "${CMAKE_MATCH_2}")
    if(NOT folder IN_LIST arg_EXCEPT)
      seg_room(${folder} LINKS ${used})
      seg_room_target(${folder} target)
      if(TARGET ${target})
        list(APPEND rooms ${target})
      endif()
    endif()
  endforeach()
  set(SEGC_ROOMS ${rooms} PARENT_SCOPE)
endfunction()

# seg_room(<folder> LINKS <folder or +library>...)
function(seg_room folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINKS")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
  seg_parser_sources(${folder} generated)
  seg_module_sources(${folder} embedded)
  if(sources OR generated OR embedded)
    seg_room_target(${folder} target)
    add_library(${target} STATIC ${sources} ${generated} ${embedded})
    seg_link(${target} ${arg_LINKS})
  endif()
endfunction()

# seg_executable(<name> <folder> LINKS ...): the same for a program in the root of the build folder.
function(seg_executable name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "LINKS")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
  if(sources)
    add_executable(${name} ${sources})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    seg_link(${name} ${arg_LINKS})
  endif()
endfunction()

function(seg_room_target folder result)
  string(MAKE_C_IDENTIFIER "seg_${folder}" name)
  set(${result} ${name} PARENT_SCOPE)
endfunction()

# Every path in an #include starts at the root of the checkout; generated files mirror it.
function(seg_link target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}
                                              ${PROJECT_SOURCE_DIR}/compiler/include
                                              ${PROJECT_BINARY_DIR}/generated)
  foreach(used IN LISTS ARGN)
    if(used MATCHES "^\\+(.*)$")
      target_link_libraries(${target} PUBLIC seg_outside_${CMAKE_MATCH_1})
    else()
      seg_room_target(${used} room)
      if(TARGET ${room})
        target_link_libraries(${target} PUBLIC ${room})
      endif()
    endif()
  endforeach()
endfunction()

# A folder with seg.y and seg.l: seg.y -> seg_parser.{c,h} and seg.l -> seg_lexer.{c,h}, in
# <build>/generated/<folder>, included as "grammar/seg_parser.h". Never committed: two copies of one
# truth drift apart.
function(seg_parser_sources folder result)
  set(${result} "" PARENT_SCOPE)
  set(in ${PROJECT_SOURCE_DIR}/${folder})
  set(out ${PROJECT_BINARY_DIR}/generated/${folder})
  file(GLOB found CONFIGURE_DEPENDS ${in}/seg.[yl])
  list(LENGTH found count)
  if(NOT count EQUAL 2)
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

# A folder with .seg files: they become modules.c, in <build>/generated/<folder>.
function(seg_module_sources folder result)
  set(${result} "" PARENT_SCOPE)
  set(in ${PROJECT_SOURCE_DIR}/${folder})
  set(out ${PROJECT_BINARY_DIR}/generated/${folder})
  file(GLOB modules CONFIGURE_DEPENDS ${in}/*.seg)
  if(NOT modules)
    return()
  endif()
  file(MAKE_DIRECTORY ${out})
  add_custom_command(
    OUTPUT ${out}/modules.c
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${in} -DOUTPUT=${out}/modules.c
            -P ${PROJECT_SOURCE_DIR}/cmake/EmbedModules.cmake
    DEPENDS ${modules} ${PROJECT_SOURCE_DIR}/cmake/EmbedModules.cmake
    COMMENT "modules of ${folder}"
    VERBATIM)
  set(${result} ${out}/modules.c PARENT_SCOPE)
endfunction()
