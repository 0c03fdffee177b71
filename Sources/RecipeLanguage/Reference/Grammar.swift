/// The grammar that `Parser` reads, as the reference page prints it.
package enum Grammar {
  package static let text = """
    file      = { NL } , [ header , NL ] , { ( include | param ) , NL } , { statement , NL } ;
    header    = "recipe" , STRING , { "," , NAME , ":" , expression } ;
    include   = "include" , STRING ;
    parameter = "param" , NAME , ":" , type , [ "=" , expression ] , [ "where" , expression ] ;
    type      = NAME | "[" , type , "]" | "one" , "of" , list ;
    statement = "let" , NAME , "=" , operation
              | "assert" , expression , [ "," , STRING ]
              | "expect" , sum , [ "==" , sum | "~=" , sum , "within" , sum | "matches" , STRING ]
              | operation ;
    operation = loop | command | expression ;
    command   = verb , [ argument , { "," , argument } ] ;
    argument  = [ NAME , ":" ] , expression ;
    loop      = "for" , generator , { "," , generator } , [ "as" , STRING ] , block ;
    generator = NAME , "in" , expression ;
    block     = "{" , { NL } , { statement , ( NL | & "}" ) } , "}" ;
    expression, sum = operands joined by: or < and < not < comparison (one) < + - < * / ;
    interval  = unary , [ ( ".." | "..<" ) , unary ] ;
    unary     = [ "-" ] , postfix ;
    postfix   = primary , { "." , NAME | "[" , expression , "]" } ;
    primary   = literal | NAME , [ "(" , [ argument , { "," , argument } ] , ")" ]
              | list | record | "(" , ( command | expression ) , ")" ;
    list      = "[" , [ expression , { "," , expression } , [ "," ] ] , "]" ;
    record    = "{" , [ field , { "," , field } , [ "," ] ] , "}" ;
    field     = ( NAME | STRING ) , ":" , expression ;
    """

  /// How the words of the grammar are spelt.
  package static let tokens = #"""
    NAME     = ( letter | "_" ) , { letter | digit | "_" } ;
    INT      = digit , { digit | "_" } ;
    FLOAT    = INT , "." , INT , [ exponent ] | INT , exponent ;
    PERCENT  = ( INT | FLOAT ) , "%" ;
    DURATION = ( INT | FLOAT ) , ( "ms" | "s" | "m" | "h" ) ;
    SIZE     = ( INT | FLOAT ) , ( "B" | ( "K" | "M" | "G" | "T" ) , [ "i" ] , "B" ) ;
    STRING   = '"' , { character | escape | "{" , NAME , { "." , NAME } , "}" } , '"' ;
    TEXT     = '"""' , newline , { any } , '"""' ;
    PROSE    = "##" , rest of line ;      COMMENT = "#" , rest of line ;
    NL       = newline | ";" ;
    """#
}
