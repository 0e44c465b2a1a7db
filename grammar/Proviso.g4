// The surface of Proviso. docs/language.md explains every construct; this file is the exact form.
// Kept true by tests: no ambiguity, SLL prediction suffices, every keyword below is reserved.
grammar Proviso;

packFile : packHeader item* EOF ;
// Used for the `{...}` parts of a message template.
templateExpression : expression EOF ;

packHeader : 'pack' qualifiedName packClause* 'end' ;
packClause
    : 'layer' ID                                          # layerClause
    | 'version' STRING                                    # versionClause
    | 'title' STRING                                      # titleClause
    | 'uses' qualifiedName (',' qualifiedName)*           # usesClause
    ;

item
    : layersDeclaration
    | enumDeclaration
    | scaleDeclaration
    | stepDeclaration
    | codesDeclaration
    | recordDeclaration
    | groupingDeclaration
    | decisionDeclaration
    | findingDeclaration
    | parameterDeclaration
    | tableDeclaration
    | defineDeclaration
    | collectDeclaration
    | ruleDeclaration
    | exceptionDeclaration
    | outputDeclaration
    | sampleDeclaration
    | testDeclaration
    ;

// ---- schema -----------------------------------------------------------------------------------

layersDeclaration : 'layers' layerLine+ 'end' ;
layerLine : ID ':' ID ('excepted' 'by' ID (',' ID)*)? ('tightens' 'only')? ;

enumDeclaration : 'enum' ID STRING? enumMember (',' enumMember)* 'end' ;
enumMember : ID STRING? ;

scaleDeclaration : 'scale' ID 'of' ID STRING? 'from' 'loosest' 'to' 'strictest' scaleStep+ 'end' ;
scaleStep : ID STRING? 'satisfied' 'by' satisfiedBy ;
stepDeclaration : 'step' ID 'of' ID STRING? sourceClause+ 'satisfied' 'by' satisfiedBy 'end' ;
satisfiedBy : idList | datedIds+ ;
datedIds : period ':' idList ;
idList : ID (',' ID)* ;

codesDeclaration : 'codes' ID ('of' ID)? 'open'? sourceClause* (codeEntry (',' codeEntry)*)? 'end' ;
codeEntry : codeText STRING? period? ;
codeText : INTEGER | CODE | ID | STRING ;

recordDeclaration : 'record' ID STRING? recordMark* field+ 'end' ;
recordMark
    : 'dated' 'by' ID                                     # datedMark
    | 'corrected' 'by' ID (',' ID)*                       # correctedMark
    | 'voided' 'by' ID                                    # voidedMark
    ;
field : member ':' type fieldMark* ;
fieldMark
    : 'key'                                               # keyMark
    | 'optional'                                          # optionalMark
    | 'private'                                           # privateMark
    | 'shown'                                             # shownMark
    | 'signed'                                            # signedMark
    | 'named' STRING                                      # namedMark
    | 'label' STRING                                      # labelMark
    | 'at' 'most' INTEGER                                 # atMostMark
    | 'absent' 'means' ('none' | fieldLiteral | ID)       # absentMark
    ;
type
    : 'list' 'of' type
    | 'set' 'of' ID
    | typeName ('with' INTEGER 'decimals')?
    ;
typeName : ID | 'minutes' | 'days' | 'date' | 'count' ;

groupingDeclaration
    : 'grouping' ID ':' ID 'by' idList ('ordered' 'by' idList)? ('dated' 'by' ID)? ('complete' | 'incomplete')
    ;

decisionDeclaration
    : 'decision' ID 'of' ID STRING? ('when' condition)? ':' type decisionCombination decisionNeed*
    ;
decisionCombination
    : 'combined' 'by' (ID | 'strictest' | 'lowest' | 'highest')                            # combinedBy
    | 'exactly' 'one'                                     # exactlyOne
    ;
decisionNeed : 'needs' ID ('when' condition)? ;

findingDeclaration
    : 'finding' ID ID STRING ('with' slotDeclaration (',' slotDeclaration)*)? ('remedy' STRING)?
    ;
slotDeclaration : ID ':' type ;

outputDeclaration : 'output' ID 'of' ID ('with' idList)? ('choices')? ;

// ---- values with dates ------------------------------------------------------------------------

sourceClause : 'source' STRING ;
publishedClause : 'published' DATE ;
period
    : 'always'
    | 'from' DATE ('through' DATE)?
    | 'through' DATE
    ;

parameterDeclaration
    : 'parameter' ID ':' type STRING? sourceClause* datedValue+ 'end'
    ;
datedValue : period publishedClause? ':' value sourceClause* ;

tableDeclaration
    : 'table' ID STRING? 'hit' (ID | 'first') sourceClause*
      'given' slotDeclaration (',' slotDeclaration)*
      'gives' slotDeclaration (',' slotDeclaration)*
      ('from' STRING | tableRow+)
      'end'
    ;
tableRow : '|' tableCell ('|' tableCell)* '|' ;
// The header is a row of names; `from`, `through`, `published` and `source` are columns of every table.
tableCell
    : 'any'
    | '-'
    | 'unknown' STRING
    | 'from' | 'through' | 'published' | 'source'
    | ('at' 'least' | 'at' 'most' | 'exceeds' | 'below') literal
    | cellValue (',' cellValue)*
    ;
cellValue : '-'? literal | ID | CODE ;

// ---- definitions and collected records --------------------------------------------------------

defineDeclaration
    : 'define' ID 'of' ID (':' type)? STRING? sourceClause* ('as' expression | datedExpression+) 'end'
    ;
datedExpression : period publishedClause? ':' expression ;

collectDeclaration
    : 'collect' ID 'of' ID STRING? sourceClause*
      'over' path 'as' ID onePer? ('at' 'most' INTEGER)?
      collectRow+
      'ordered' 'by' idList
      'end'
    ;
onePer
    : 'one' 'per' 'instant' 'from' path 'to' path         # onePerInstant
    | 'one' 'per' value (',' value)*                      # onePerKey
    ;
collectRow : 'row' ('when' condition)? rowField+ ;
rowField : ID ':' expression ;

// ---- rules ------------------------------------------------------------------------------------

ruleDeclaration
    : 'rule' ID STRING? sourceClause+ period publishedClause?
      forEach
      localDefine*
      ruleCondition?
      action+
      'end'
    ;
forEach
    : 'for' 'each' 'pair' ID ',' ID 'in' path             # forEachPair
    | 'for' 'each' ID ('in' path)?                        # forEachRow
    ;
localDefine : 'define' ID 'as' expression ;
ruleCondition : 'when' condition ('unless' condition)? ;

exceptionDeclaration
    : 'exception' ID 'to' qualifiedName STRING? sourceClause+ period publishedClause?
      localDefine*
      ruleCondition
      ('then' 'waive' ('because' STRING)? | 'then' 'instead' actionBody ('because' STRING)?)
      'end'
    ;

action : 'then' actionBody ('because' STRING)? ;
actionBody
    : 'require' decisionTarget ('at' 'least' | 'at' 'most') datedChoice       # requireAction
    | 'add' value (',' value)* 'to' decisionTarget                            # addAction
    | 'set' decisionTarget 'to' datedChoice                                   # setAction
    | 'report' ID 'on' path ('with' slotValue (',' slotValue)*)? ('at' 'stake' value)?   # reportAction
    ;
// `supervision of visit` and `visit.supervision` are the same.
decisionTarget : ID 'of' path | path ;
datedChoice : value | (period ':' value)+ ;
slotValue : ID ':' value ;

// ---- expressions ------------------------------------------------------------------------------

expression : aggregate | apportion | condition ;

// Mixing `and` with `or` is parsed and then refused with a suggestion, see compiler/parser.
condition : conditionTerm (('and' | 'or') conditionTerm)* ;
conditionTerm : wordedTerm | value comparison? ;
wordedTerm
    : 'not' conditionTerm                                 # notCondition
    | 'all' 'of' (condition ';')+ 'end'                   # allOf
    | 'any' 'of' (condition ';')+ 'end'                   # anyOf
    ;
// Where several values may stand, or a condition, which begin alike.
valuesOrCondition
    : value ((',' value)+ | comparison? moreTerms?)
    | wordedTerm moreTerms?
    ;
moreTerms : (('and' | 'or') conditionTerm)+ ;
comparison
    : comparisonSign value                                # compareTest
    | 'exceeds' value                                     # exceedsTest
    | 'is' 'not'? isTail                                  # isTest
    | 'satisfies' value                                   # satisfiesTest
    | 'contains' value                                    # containsTest
    | 'does' 'not' ('satisfy' value | 'contain' value | 'exceed' value)   # doesNotTest
    ;
comparisonSign : '>' | '>=' | '<' | '<=' | '=' | '<>' ;
isTail
    : 'one' 'of' value (',' value)*                       # isOneOf
    | 'in' qualifiedName                                  # isIn
    | 'known'                                             # isKnown
    | 'applicable'                                        # isApplicable
    | 'at' 'least' value                                  # isAtLeast
    | 'at' 'most' value                                   # isAtMost
    | 'below' value                                       # isBelow
    | value                                               # isEqual
    ;

// A flat chain, so that one word tells whether it goes on; compiler/parser knows what binds first: `*` `/` `div` `mod`, then `+`
// `-`, then `rounded`, then `else`.
value : unary valueTail* ;
valueTail
    : ('*' | '/' | 'div' | 'mod' | '+' | '-' | 'else') unary                               # operation
    | 'rounded' 'to' roundingUnit (ID | 'up')             # rounded
    ;
roundingUnit : 'cents' | 'whole' | INTEGER 'decimals' ;
unary
    : '-' unary                                           # negate
    | PERCENT 'of' unary                                  # percentOf
    | postfix                                             # plainUnary
    ;
postfix : primary ('on' primary)? ;
primary
    : literal                                             # literalPrimary
    | caseExpression                                      # casePrimary
    // A member of a row, a path or a path with what is looked up: they begin alike.
    | ID ('of' primary | ('.' member)* ('for' '(' value (',' value)* ')')?)                # named
    // Several only behind a function; conditions there would leave the comma of `is one of` two readings.
    | '(' (aggregate | apportion | valuesOrCondition) ')' # parenthesised
    ;
path : ID ('.' member)* ;
// After a dot a few keywords are names of fields; everywhere else they are reserved.
member : ID | 'minutes' | 'days' | 'date' | 'complete' | 'total' | 'count' | 'highest' | 'lowest'
       | 'first' | 'latest' | 'earliest' ;

caseExpression
    : 'case' value? caseArm+ ('otherwise' ':' expression)? 'end'
    ;
caseArm : 'when' valuesOrCondition ':' expression ;

aggregate
    : 'total' 'of' value over                                                  # totalAggregate
    | 'count' over                                                             # countAggregate
    | 'count' 'of' 'distinct' value over                                       # distinctAggregate
    | ('highest' | 'lowest') 'of' value over                                   # extremeAggregate
    | 'any' over                                                               # anyAggregate
    | 'every' over 'has' condition                                             # everyAggregate
    | 'only' over                                                              # onlyRow
    | 'first' 'by' value 'descending'? over                                    # firstRow
    | 'latest' over                                                            # latestRow
    | 'earliest' over                                                          # earliestRow
    ;
over : 'over' path 'as' ID ('where' condition)? window* ;
window
    : 'during' value                                                           # duringWindow
    | 'since' 'latest' 'where' condition                                       # sinceWindow
    | 'up' 'to' ID 'exclusive'?                                                # upToWindow
    | 'last' INTEGER 'days' 'ending' value                                     # lastDaysWindow
    | 'last' INTEGER 'rows'                                                    # lastRowsWindow
    | 'between' value 'through' value                                          # betweenWindow
    | 'whole' 'when' condition                                                 # wholeWindow
    ;

apportion
    : 'apportion' value 'over' path 'as' ID ('where' condition)?
      'by' value 'each' value 'largest' 'remainder' 'ties' 'by' ID
    ;

literal
    : MONEY
    | DATE
    | PERCENT
    | DECIMAL
    | INTEGER ('minutes' | 'days')?
    | STRING
    | 'yes'
    | 'no'
    ;

// As `literal`. Here a field may follow that is called `minutes`, which elsewhere nobody need look ahead for.
fieldLiteral
    : MONEY
    | DATE
    | PERCENT
    | DECIMAL
    | INTEGER ('minutes' | 'days')?
    | STRING
    | 'yes'
    | 'no'
    ;

// ---- tests in packs ---------------------------------------------------------------------------

sampleDeclaration : 'sample' ID 'of' ID givenField (',' givenField)* 'end' ;
testDeclaration : 'test' STRING ('known' 'as' 'of' DATE)? given+ expectation+ 'end' ;
given : 'given' ID ('as' ID)? ('like' ID)? (givenField (',' givenField)*)? ;
givenField : member (givenValue | givenBlock+) ;
givenBlock : '{' (givenField (',' givenField)*)? '}' | '{' givenValue (',' givenValue)* '}' ;
givenValue : '-'? literal | ID | CODE | 'unknown' ;
expectation
    : 'expect' 'undetermined' qualifiedName ('on' place)? ('missing' place (',' place)*)?   # expectUndetermined
    | 'expect' 'error' qualifiedName ('on' place)?                                          # expectError
    | 'expect' 'no' (qualifiedName | 'findings') ('on' place)?                              # expectNo
    | 'expect' 'finding' qualifiedName ('on' place)? ('because' 'of' qualifiedName)?        # expectFinding
    | 'expect' value 'are' ('none' | givenBlock (',' givenBlock)*)                          # expectRows
    | 'expect' value ('is' (givenBlock | 'not'? value))? ('because' 'of' qualifiedName)?    # expectValue
    ;
// `v2:services[0].code`, `law:state`, `incomplete:customer`.
place : ((ID | 'incomplete' | 'table') ':')? placePart ('.' placePart)* ;
placePart : member ('[' INTEGER ']')? ;

qualifiedName : ID ('.' ID)* ;

// ---- tokens -----------------------------------------------------------------------------------

MONEY : '$' [0-9]+ (',' [0-9][0-9][0-9])* ('.' [0-9]+)? ;
// Longer than any true date or amount, so that `2025-1-1` and `$2,3300` are one wrong token, never two right ones.
// Closed by a digit, so that the comma of a list and a full stop stay apart.
BAD_MONEY : '$' [0-9.,]* [0-9] ;
DATE : [0-9][0-9][0-9][0-9] '-' [0-9][0-9] '-' [0-9][0-9] ;
BAD_DATE : [0-9]+ '-' [0-9]+ '-' [0-9]+ ;
PERCENT : [0-9]+ ('.' [0-9]+)? '%' ;
DECIMAL : [0-9]+ '.' [0-9]+ ;
INTEGER : [0-9]+ ;
CODE : [0-9]+ [A-Za-z] [A-Za-z0-9]* ;
STRING : '"' (~["\r\n\\] | '\\' ["\\nt{}])* '"' | '\u201c' ~["\u201c\u201d\r\n]* '\u201d' ;
UNCLOSED_STRING : ('"' | '\u201c') ~["\u201d\r\n]* ;
ID : [A-Za-z] [A-Za-z0-9_]* ;
COMMENT : '--' ~[\r\n]* -> channel(HIDDEN) ;
SPACE : [ \t\r\n\u00a0\ufeff]+ -> channel(HIDDEN) ;
UNKNOWN_CHARACTER : . ;
