// Reads Groovy from standard input, as its compiler reads it; says where it is wrong.
import org.codehaus.groovy.ast.builder.AstBuilder
import org.codehaus.groovy.control.CompilePhase

new AstBuilder().buildFromString(CompilePhase.CONVERSION, false, System.in.getText('UTF-8'))
