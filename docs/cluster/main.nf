// One process a case, with the habits of nf-core: meta.id, task.cpus, task.ext, versions.yml.
//
//   nextflow run main.nf -c nextflow.config --study study --pipeline liver.yaml --pack packs/liver --outdir results

process TOMOS_SEGMENT {
    tag "$meta.id"
    label 'process_medium'

    input:
    tuple val(meta), path(image)
    path pipeline
    path pack

    output:
    tuple val(meta), path("${prefix}/*/*_labels.nii.gz"), emit: labels
    tuple val(meta), path("${prefix}/*/case.json")      , emit: record
    tuple val(meta), path("${prefix}/volumes.csv")      , emit: volumes
    path "versions.yml"                                 , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    // The results go by the name of the image's file.
    """
    [ -e ${prefix}.nii.gz ] || ln -s $image ${prefix}.nii.gz
    tomos run $pipeline ${prefix}.nii.gz -o $prefix --set task=$pack \\
        --jobs $task.cpus --workers 1 --memory "${task.memory.toMega()} MiB" $args

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        tomos: \$(tomos --version)
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir -p $prefix/$prefix
    touch $prefix/$prefix/${prefix}_labels.nii.gz $prefix/$prefix/case.json $prefix/volumes.csv

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        tomos: \$(tomos --version)
    END_VERSIONS
    """
}

workflow {
    def study = file(params.study, checkIfExists: true)
    // The path below the study names a case: two subjects may have files of one name.
    images = channel
        .fromPath("${study}/**.nii.gz")
        .map { image ->
            def name = study.relativize(image).toString() - '.nii.gz'
            [ [ id: name.replaceAll('[^A-Za-z0-9._-]', '_') ], image ]
        }

    TOMOS_SEGMENT(images, file(params.pipeline, checkIfExists: true), file(params.pack, checkIfExists: true))

    TOMOS_SEGMENT.out.volumes
        .map { meta, table -> table }
        .collectFile(name: 'volumes.csv', keepHeader: true, storeDir: params.outdir)
}
