// Prints the commands of a process of Nextflow, as Groovy makes them of its `script:` or `stub:` block.
//   groovy render.groovy MAIN.NF SECTION < VALUES.JSON
import groovy.json.JsonSlurper
import org.codehaus.groovy.ast.builder.AstBuilder
import org.codehaus.groovy.control.CompilePhase

/** Stands in for Nextflow's MemoryUnit. */
class Memory {
    long mebibytes
    long toMega() { mebibytes }
}

def source = new File(args[0]).getText('UTF-8')
// process NAME { ... } is a call of `process` with what a call of `NAME` with a closure gives.
def script = new AstBuilder().buildFromString(CompilePhase.CONVERSION, false, source)[0]
def body = script.statements[0].expression.arguments.expressions[0].arguments.expressions[0].code

def section = []
def current = null
body.statements.each { statement ->
    if (statement.statementLabels) { current = statement.statementLabels[0] }
    if (current == args[1]) { section << statement }
}
assert section : "there is no section ${args[1]}"

def lines = source.readLines()
def text = lines[section[0].lineNumber - 1..section[-1].lastLineNumber - 1].join('\n').replaceFirst(/^\s*\w+:/, '')

def values = new JsonSlurper().parse(System.in)
if (values.task.memory) { values.task.memory = new Memory(mebibytes: values.task.memory) }
print new GroovyShell(new Binding(values)).evaluate(text)
