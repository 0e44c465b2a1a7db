# What ANTLR generated reads its tables before main begins, whether or not anything will be parsed, and then checks that ANTLR wrote
# them well. Here they are read when the first lexer or parser is made, and believed: it was ANTLR that wrote them, a moment ago.
# cmake -D folder=<generated> -P start_when_asked.cmake

function(replace name from to)
  string(FIND "${text}" "${from}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${name} has no `${from}`: ANTLR writes something else now")
  endif()
  string(REPLACE "${from}" "${to}" text "${text}")
  set(text "${text}" PARENT_SCOPE)
endfunction()

foreach(class ProvisoLexer ProvisoParser)
  file(READ ${folder}/${class}.h text)
  replace(${class}.h "static Initializer _init;" "static void start() { static const Initializer once; }")
  file(WRITE ${folder}/${class}.h "${text}")

  file(READ ${folder}/${class}.cpp text)
  replace(${class}.cpp "${class}::Initializer ${class}::_init;" "")
  replace(${class}.cpp "_interpreter = new " "start();\n  _interpreter = new ")
  replace(${class}.cpp "atn::ATNDeserializer deserializer;"
    "atn::ATNDeserializationOptions options;\n  options.setVerifyATN(false);\n  atn::ATNDeserializer deserializer(options);")
  file(WRITE ${folder}/${class}.cpp "${text}")
endforeach()
