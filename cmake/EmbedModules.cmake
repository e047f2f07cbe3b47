# Writes the texts of rule files into a C file: cmake -DFOLDER=... -DOUTPUT=... -P EmbedModules.cmake
# The table is the one of stdlib/modules.h.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.seg)
list(SORT files)
set(texts "")
set(rows "")
foreach(file IN LISTS files)
  string(REGEX REPLACE "\\.seg$" "" name ${file})
  file(READ ${FOLDER}/${file} bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND texts "static const char ${name}_text[] = {${bytes}0};\n")
  string(APPEND rows "    {\"std.${name}\", \"std/${file}\", ${name}_text, ${size}},\n")
endforeach()
list(LENGTH files count)
file(WRITE ${OUTPUT} "// Made by cmake/EmbedModules.cmake out of stdlib/*.seg.\n#include \"stdlib/modules.h\"\n\n"
     "${texts}\nconst struct seg_module seg_modules[] = {\n${rows}};\nconst size_t seg_module_count = ${count};\n")
