process TOMOS_SEGMENT {
    tag "$meta.id"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    // Made by packaging/containers; push it to a registry of yours and name it by task.ext.container where nodes share none.
    container "${ task.ext.container ?: 'localhost/tomos:latest' }"

    input:
    tuple val(meta), path(image)
    path pack

    output:
    tuple val(meta), path("*_labels.nii.gz"), emit: labels
    tuple val(meta), path("*_labels.json"), emit: json
    tuple val("${task.process}"), val('tomos'), eval("tomos --version"), topic: versions, emit: versions_tomos

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    def memory = task.memory ? "--memory ${task.memory.toMega()}MiB" : ''
    """
    tomos segment \\
        --input ${image} \\
        --task ${pack} \\
        --output "${prefix}_labels.nii.gz" \\
        --jobs ${task.cpus} \\
        --json \\
        ${memory} \\
        ${args} \\
        > "${prefix}_labels.json"
    """

    stub:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo ${args}
    echo | gzip > "${prefix}_labels.nii.gz"
    echo '{"structures":[]}' > "${prefix}_labels.json"
    """
}
