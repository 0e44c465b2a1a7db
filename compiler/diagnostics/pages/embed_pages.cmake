# cmake -D FOLDER=<docs/diagnostics> -D OUTPUT=<file.cpp> -P embed_pages.cmake
# Writes a C++ file that holds every page <code>.md of the folder, sorted by code.

file(GLOB pages ${FOLDER}/*.md)
list(SORT pages)

set(content "// Generated from docs/diagnostics; do not edit.\n\n")
string(APPEND content "#include \"compiler/diagnostics/written_pages.h\"\n\n")
string(APPEND content "namespace proviso {\n\n")
string(APPEND content "const std::vector<WrittenPage>& writtenPages() {\n")
string(APPEND content "    static const std::vector<WrittenPage> kPages{\n")
foreach(page IN LISTS pages)
  get_filename_component(code ${page} NAME_WE)
  # Other files, such as an index, may stand beside the pages.
  if(NOT code MATCHES "^[EW][0-9][0-9][0-9][0-9]$")
    continue()
  endif()
  file(READ ${page} text)
  string(APPEND content "        {\"${code}\", R\"PAGE(${text})PAGE\"},\n")
endforeach()
string(APPEND content "    };\n    return kPages;\n}\n\n}  // namespace proviso\n")

file(WRITE ${OUTPUT} "${content}")
